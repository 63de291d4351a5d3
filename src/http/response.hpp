// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/error.hpp"

namespace shaman::http {

/// A long answer, made piece by piece while it is being sent.
class PieceSource {
 public:
  virtual ~PieceSource() = default;
  /// Appends some tens of kilobytes; false when that was the last. Runs on a pool.
  virtual bool produce(std::string& out) = 0;
  /// After produce() returned false: it could not make all, and the answer must not look complete.
  [[nodiscard]] virtual bool has_failed() const { return false; }
};

class Connection;

/// An answer's body that is sent from an open file.
class FilePart {
 public:
  virtual ~FilePart() = default;
  /// Number of bytes, in all.
  [[nodiscard]] virtual std::uint64_t length() const noexcept = 0;
  enum class Step : std::uint8_t {
    moved,        ///< it took a turn; there is more
    would_block,  ///< the client must take some before the next turn
    complete,
    failed,  ///< the file, or the connection: the answer cannot be completed
  };
  /// Sends some megabytes at most, without waiting for the client. Runs on a pool.
  [[nodiscard]] virtual Step send(Connection& connection) = 0;
};

struct Response {
  unsigned status = 200;
  std::string body;                     ///< JSON, or empty
  std::unique_ptr<PieceSource> stream;  ///< the part after `body`
  std::shared_ptr<FilePart> file;       ///< the body, in place of `body` and `stream`
  std::string content_type;             ///< of the body; empty: application/json
  std::string headers;                  ///< further header lines, each ended by CRLF
  std::string allow;                    ///< the Allow header of a 405 or of OPTIONS
  unsigned retry_after = 0;             ///< seconds; 0: no such header
  bool close = false;                   ///< the connection cannot be used after it
  std::optional<errc> kind;             ///< of an error() that has one: only for figures
  std::string reason;                   ///< of an error: only for the log
  bool is_sent = false;                 ///< by its handler: only for the log
  bool unheard = false;                 ///< the client is gone: only for the log

  [[nodiscard]] static Response json(std::string text);
  /// Without a body.
  [[nodiscard]] static Response empty(unsigned status);
  /// The protocol's Error.
  [[nodiscard]] static Response error(unsigned status, std::string_view message);
  [[nodiscard]] static Response error(const Error& error);
};

/// The header of an answer, with its empty line. `length` is the Content-Length; none for a chunked
/// answer, or for one that ends with its connection.
enum class Framing : std::uint8_t { length, chunked, until_close };
[[nodiscard]] std::string header_of(const Response& response, Framing framing, bool keep_alive,
                                    bool is_http_1_0);

}  // namespace shaman::http
