// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/effort.hpp"
#include "shaman/error.hpp"
#include "shaman/file_list.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

namespace shaman {

/// What a client asks for with POST …/checkout/create.
struct CheckoutRequest {
  std::string path;  ///< as asked for; see docs/protocol.md for what becomes of it
  FileList files;
  std::string idempotency_key;  ///< empty: none
  Requester requester{};        ///< whose; what it does not know is not stored for it
  /// An unchanged checkout that the same requester was given for the same path will do, if it was
  /// made by a request that said this too.
  bool may_reuse = false;
};

/// What became of a CheckoutRequest.
struct MadeCheckout {
  std::string path;        ///< relative to `jobs/`
  bool is_reused = false;  ///< it was there before
  std::string identity{};  ///< as FoundCheckout::identity
};

struct CheckoutOptions {
  std::size_t max_files = 1'000'000;
  std::size_t max_folders = 20'000;
  std::size_t unique_name_attempts = 20;
};

/// A request that was found safe and consistent; nothing has been touched yet.
class CheckoutPlan {
 public:
  struct State;  ///< for the library's own parts
  CheckoutPlan(CheckoutPlan&&) noexcept;
  CheckoutPlan& operator=(CheckoutPlan&&) noexcept;
  ~CheckoutPlan();

 private:
  friend class Checkouts;
  explicit CheckoutPlan(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A checkout that is there.
struct FoundCheckout {
  std::string path;  ///< as its creation answered it
  fs::Time made;     ///< or answered again
  /// No other checkout has it, neither one that had this path before nor one that gets it later; it
  /// survives copies of the storage. Of ASCII letters, digits and `-`.
  std::string identity{};
};

/// A checkout with what its manifest says.
struct CheckoutContent {
  fs::Time made;
  FileList files;           ///< sorted by the bytes of their paths
  std::uint64_t bytes = 0;  ///< of all files together
};

/// A path below `jobs/` as a text may mean it: with patterns and placeholders, in any case.
struct WrittenPath {
  std::string path;  ///< without empty, `.` and `..` components
  /// It may begin in any folder that is above checkouts, not in `jobs/` alone.
  bool is_anywhere = false;
  friend auto operator<=>(const WrittenPath&, const WrittenPath&) = default;
};

/// What a path below `jobs/` leads to.
struct CheckoutPlace {
  enum class Kind : std::uint8_t {
    nothing,   ///< there is none
    folder,    ///< no checkout, and not in one; checkouts may lie below it
    checkout,  ///< exactly a checkout
    inside,    ///< it leads into a checkout, whether or not there is something
    unsafe,    ///< no path that a checkout can have: `.`, `a//b`, `../x`
  };
  Kind kind = Kind::nothing;
  std::string checkout{};  ///< of `checkout` and `inside`: the checkout's path
  bool may_erase = false;  ///< the same: the requester made it, or may erase every checkout
  std::string identity{};  ///< the same: FoundCheckout::identity; empty where it has no manifest
  /// The same: who made it, as hexadecimal digits that tell no name; empty where there is no
  /// record.
  std::string maker{};
  WrittenPath led_by{};  ///< of led_into(): the first of the paths that leads there

  [[nodiscard]] bool has_checkout() const noexcept {
    return kind == Kind::checkout || kind == Kind::inside;
  }
};

/// Makes checkouts below `<storage>/jobs/`. All members may be called from any thread.
class Checkouts {
 public:
  /// The store must outlive this.
  Checkouts(Store& store, const CheckoutOptions& options);
  ~Checkouts();
  Checkouts(const Checkouts&) = delete;
  Checkouts& operator=(const Checkouts&) = delete;

  /// Checks every path and id. Touches no disk, but takes a while for many files.
  /// errc::unsafe_path, errc::conflicting_paths, errc::too_large: each names the offending path.
  [[nodiscard]] result<CheckoutPlan> validate(CheckoutRequest request) const;

  /// Those of the plan's blobs that are not stored but are being uploaded right now. Blocks on the
  /// disk.
  [[nodiscard]] result<std::vector<BlobId>> being_uploaded(const CheckoutPlan& plan);

  /// Makes the checkout, complete and durable, or nothing, and in it the record of its maker where
  /// the requester has a scope. With `may_reuse`, a checkout that is there already may be answered:
  /// its age counts from now then. A plan with the same idempotency key, path and files as one of
  /// the last 10 minutes returns that one's answer, waiting for it where it is still being made,
  /// unless that checkout is gone. Blocks. errc::blobs_missing names how many and the first few;
  /// errc::no_unique_path; errc::storage_full.
  [[nodiscard]] result<MadeCheckout> create(const CheckoutPlan& plan);

  /// As Store::check_there(); every other member but validate() fails so as well.
  [[nodiscard]] result<void> check_there();

  /// What lies at a path below `jobs/`. Blocks. errc::io_error.
  [[nodiscard]] result<CheckoutPlace> place_of(const std::string& path,
                                               const Requester& requester = {});

  /// The checkouts that one of these paths could lead a worker into, whatever its system: by its
  /// exact name, in another case, with a pattern (`*`, `?`, `[a-z]`, `{a,b}`, frame numbers), with
  /// a placeholder (`{name}`), or with something behind a name that ends it, as in a command line.
  /// So does `.kept`, which is the admins'. Blocks; lists the folders on the way.
  /// Where the effort is used up, it returns what it has found by then. errc::io_error.
  [[nodiscard]] result<std::vector<CheckoutPlace>> led_into(const std::vector<WrittenPath>& paths,
                                                            const Requester& requester,
                                                            Effort& effort);
  /// CheckoutPlace::maker of what this requester makes. Touches no disk.
  [[nodiscard]] static std::string maker_of(const Requester& requester);

  /// All checkouts that were made here or by another server of this kind: those that have a
  /// manifest. Sorted. Folders that this process may not read, which may hold some, are put into
  /// `unread`; without it they are an error. Blocks for as long as looking into all folders takes.
  /// errc::io_error.
  [[nodiscard]] result<std::vector<FoundCheckout>> list(std::vector<std::string>* unread = nullptr);

  /// Of these, those that the requester may erase.
  [[nodiscard]] result<std::vector<FoundCheckout>> list_for(
      const Requester& requester, std::vector<std::string>* unread = nullptr);

  /// The manifest of a checkout. Blocks. Who does not know all may look only at what it made:
  /// errc::not_let_in for everything else, whether it is there or not. errc::not_found where
  /// exactly this folder is no checkout, or has no manifest that can be read; errc::io_error.
  [[nodiscard]] result<BlobId> manifest_of(const std::string& path,
                                           const Requester& requester = {});
  /// What is in it; the same errors.
  [[nodiscard]] result<CheckoutContent> content_of(const std::string& path,
                                                   const Requester& requester = {});

  /// Takes away one checkout, at once and for good; parents that it leaves empty go too where that
  /// is safe, never `jobs/` itself. Its blobs stay until garbage collection finds them unused.
  /// `path` is what create() returned. On return its absence is on stable storage. Blocks.
  /// Who does not know all may erase only what it made: errc::not_let_in for everything else,
  /// whether it is there or not. errc::not_found where exactly this folder is no checkout;
  /// errc::io_error.
  [[nodiscard]] result<void> erase(const std::string& path, const Requester& requester = {});
  /// The same for a checkout that nobody asked to erase by its path, but its age or its jobs ended:
  /// exactly this one. errc::busy where it was answered again since it was found; errc::not_found
  /// also where another one has its path by now.
  [[nodiscard]] result<void> erase_unused(const FoundCheckout& found);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman
