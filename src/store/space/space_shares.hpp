// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>

namespace shaman {

/// Bytes and inodes of a file system.
struct SpaceAmount {
  std::uint64_t bytes = 0;
  std::uint64_t inodes = 0;
};

/// How the free space of a storage is divided between the clients that want to write. Only the
/// arithmetic: no I/O, no clock, no lock.
///
/// An upload's reservation grows with the bytes that it has sent, so a promise costs other clients
/// nothing. Each client has an equal share of the free space. It may reserve more while no other
/// client needs that; the excess over the share is taken back first.
/// docs/design/0015-shares-for-each-client.md has the reasons.
class SpaceShares {
 public:
  /// A client that has sent nothing yet reserves at most this much, and one upload of it as much as
  /// kFirstStep. Beyond that it reserves as much again as it has sent.
  static constexpr std::uint64_t kBeforeSending = std::uint64_t{64} << 20;
  static constexpr std::uint64_t kFirstStep = std::uint64_t{8} << 20;

  struct Client;
  /// One upload, or any other writer.
  struct Hold {
    Client* client = nullptr;
    std::uint64_t left = 0;     ///< bytes that are still to be written
    std::uint64_t ahead = 0;    ///< of those, reserved
    std::uint64_t busy = 0;     ///< of those, about to be written: not taken back
    std::uint64_t written = 0;  ///< bytes that are on the disk, but not yet part of the store
    std::uint64_t inodes = 0;
    std::list<Hold>::iterator place;
  };
  struct Client {
    std::string name;
    std::uint64_t left = 0;
    std::uint64_t ahead = 0;
    std::uint64_t written = 0;
    std::uint64_t inodes = 0;
    std::list<Hold> holds;  ///< the oldest first
  };

  enum class Short : std::uint8_t { nothing, bytes, inodes };

  /// Admits a writer of this many bytes in all. `room` is the usable free space. On Short::nothing
  /// `hold` is set, and valid until end(). A client whose promises already exceed the room is
  /// refused; of other clients only reservations within their shares count, not their promises.
  [[nodiscard]] Short begin(std::string_view client, const SpaceAmount& wanted,
                            const SpaceAmount& room, Hold*& hold);
  /// The same, but reserves all of it at once: for data that are written without delay.
  [[nodiscard]] Short begin_whole(std::string_view client, const SpaceAmount& wanted,
                                  const SpaceAmount& room, Hold*& hold);

  /// Whether `bytes` are reserved already; they count as being written from now on.
  [[nodiscard]] static bool is_covered(Hold& hold, std::uint64_t bytes);
  /// Reserves them, and more for the next bytes. False if there is no room even for them.
  [[nodiscard]] bool cover(Hold& hold, std::uint64_t bytes, std::uint64_t room);
  /// Records that this many of the covered bytes were written.
  void wrote(Hold& hold, std::uint64_t bytes);
  void end(Hold& hold);

  /// Of all clients.
  [[nodiscard]] std::uint64_t reserved() const noexcept { return ahead_; }
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

 private:
  [[nodiscard]] std::uint64_t others(const Client& mine, std::uint64_t room,
                                     std::uint64_t Client::*what) const;
  void reserve(Hold& hold, std::uint64_t bytes);
  void take_back(Client& from, std::uint64_t at_least, const Hold* but);
  void make_room(const Hold& hold, std::uint64_t needed, std::uint64_t room);
  [[nodiscard]] std::uint64_t step_of(const Hold& hold) const;

  std::map<std::string, Client, std::less<>> clients_;
  std::uint64_t ahead_ = 0;
  std::uint64_t written_ = 0;
};

}  // namespace shaman
