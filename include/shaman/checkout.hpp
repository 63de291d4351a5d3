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

/// A client's request to POST …/checkout/create.
struct CheckoutRequest {
  std::string path;  ///< as requested; docs/protocol.md says how the server changes it
  FileList files;
  std::string idempotency_key;  ///< empty: none
  Requester requester{};        ///< blobs that it does not know count as not stored
  /// Allows the answer to be an unchanged checkout that the same requester got earlier for the same
  /// path, if that request set this too.
  bool may_reuse = false;
};

/// The result of a CheckoutRequest.
struct MadeCheckout {
  std::string path;        ///< relative to `jobs/`
  bool is_reused = false;  ///< it was there before
  std::string identity{};  ///< see FoundCheckout::identity
};

struct CheckoutOptions {
  std::size_t max_files = 1'000'000;
  std::size_t max_folders = 20'000;
  std::size_t unique_name_attempts = 20;
};

/// A checked request. Nothing of it is on disk yet.
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

/// An existing checkout.
struct FoundCheckout {
  std::string path;  ///< as create() returned it
  fs::Time made;     ///< or reused as an answer (CheckoutRequest::may_reuse)
  /// Unique: no other checkout has had or will have it at this path. Survives copying the storage.
  /// Consists of ASCII letters, digits and `-`.
  std::string identity{};
};

/// The content of a checkout, as its manifest lists it.
struct CheckoutContent {
  fs::Time made;
  FileList files;           ///< sorted by the bytes of their paths
  std::uint64_t bytes = 0;  ///< of all files together
};

/// A path below `jobs/` as written in a text: possibly with patterns and placeholders, in any case.
struct WrittenPath {
  std::string path;  ///< without empty, `.` and `..` components
  /// The path may begin in any folder above checkouts, not only in `jobs/`.
  bool is_anywhere = false;
  friend auto operator<=>(const WrittenPath&, const WrittenPath&) = default;
};

/// The thing at a path below `jobs/`.
struct CheckoutPlace {
  enum class Kind : std::uint8_t {
    nothing,   ///< it does not exist
    folder,    ///< outside of checkouts; may contain checkouts
    checkout,  ///< exactly a checkout
    inside,    ///< a path in a checkout, existing or not
    unsafe,    ///< a path that no checkout can have: `.`, `a//b`, `../x`
  };
  Kind kind = Kind::nothing;
  // For `checkout` and `inside`:
  std::string checkout{};  ///< the checkout's path
  bool may_erase = false;  ///< the requester made it, or may erase every checkout
  std::string identity{};  ///< FoundCheckout::identity; empty without a manifest
  /// The maker, as hexadecimal digits that do not reveal the name; empty without a record.
  std::string maker{};
  WrittenPath led_by{};  ///< from led_into(): the first of the paths that leads to the checkout

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

  /// Checks every path and id. Does not touch the disk, but takes a while for many files.
  /// errc::unsafe_path, errc::conflicting_paths, errc::too_large: each names the offending path.
  [[nodiscard]] result<CheckoutPlan> validate(CheckoutRequest request) const;

  /// The plan's blobs that are not stored but are being uploaded. Blocks on the disk.
  [[nodiscard]] result<std::vector<BlobId>> being_uploaded(const CheckoutPlan& plan);

  /// Makes the checkout, complete and durable, or nothing. If the requester has a scope, the
  /// checkout records its maker. With `may_reuse`, the answer may be an existing checkout, whose
  /// age then counts from now. If a plan with the same idempotency key, path and files ran in the
  /// last 10 minutes, this returns its answer, after waiting for it if needed, unless that checkout
  /// was erased. Blocks. errc::blobs_missing gives the number of missing files and names the first
  /// few; errc::no_unique_path; errc::storage_full.
  [[nodiscard]] result<MadeCheckout> create(const CheckoutPlan& plan);

  /// See Store::check_there(); every other member except validate() fails in the same way.
  [[nodiscard]] result<void> check_there();

  /// The thing at a path below `jobs/`. Blocks. errc::io_error.
  [[nodiscard]] result<CheckoutPlace> place_of(const std::string& path,
                                               const Requester& requester = {});

  /// The checkouts that one of these paths could lead a worker on any operating system into: by the
  /// exact name, in another case, with a pattern (`*`, `?`, `[a-z]`, `{a,b}`, frame numbers), with
  /// a placeholder (`{name}`), or with text after the name, as in a command line. `.kept`, which
  /// belongs to the admins, counts as one. Returns those found so far when the effort is used up.
  /// Blocks; lists the folders on the way. errc::io_error.
  [[nodiscard]] result<std::vector<CheckoutPlace>> led_into(const std::vector<WrittenPath>& paths,
                                                            const Requester& requester,
                                                            Effort& effort);
  /// CheckoutPlace::maker of this requester's checkouts. Does not touch the disk.
  [[nodiscard]] static std::string maker_of(const Requester& requester);

  /// All checkouts with a manifest, sorted: those that a Shaman server made. Appends folders that
  /// this process may not read, and that may contain checkouts, to `unread`; without `unread`, they
  /// are an error. Blocks while it reads all folders. errc::io_error.
  [[nodiscard]] result<std::vector<FoundCheckout>> list(std::vector<std::string>* unread = nullptr);

  /// The listed checkouts that the requester may erase.
  [[nodiscard]] result<std::vector<FoundCheckout>> list_for(
      const Requester& requester, std::vector<std::string>* unread = nullptr);

  /// The manifest of a checkout. Blocks. A requester that does not know all may read only its own
  /// checkouts: errc::access_denied for all others, whether they exist or not. errc::not_found if
  /// this folder is not itself a checkout, or its manifest cannot be read; errc::io_error.
  [[nodiscard]] result<BlobId> manifest_of(const std::string& path,
                                           const Requester& requester = {});
  /// The content of a checkout; the same errors.
  [[nodiscard]] result<CheckoutContent> content_of(const std::string& path,
                                                   const Requester& requester = {});

  /// Lists stored files as outputs of a checkout that `reader` may read: all on stable storage on
  /// return. A path that was listed before leads to the new file. The outputs end with the
  /// checkout. Blocks. errc::blobs_missing: `requester` must have sent the files;
  /// errc::unsafe_path, errc::conflicting_paths; errc::storage_full; and the errors of
  /// manifest_of().
  [[nodiscard]] result<void> add_outputs(const std::string& path, const FileList& files,
                                         const Requester& requester, const Requester& reader);
  /// The outputs, in an order of paths that stays. The reader knows their blobs from now on.
  /// Blocks. The errors of manifest_of().
  [[nodiscard]] result<FileList> outputs_of(const std::string& path, const Requester& reader);

  /// Erases one checkout at once and for good, and its empty parent folders where that is safe, but
  /// never `jobs/` itself. On return the erasure is on stable storage. The blobs stay until garbage
  /// collection finds them unused. `path` is what create() returned. A requester that does not know
  /// all may erase only its own checkouts: errc::access_denied for all others, whether they exist
  /// or not. errc::not_found if this folder is not itself a checkout; errc::io_error. Blocks.
  [[nodiscard]] result<void> erase(const std::string& path, const Requester& requester = {});
  /// Erases exactly this checkout because of its age or its ended jobs, not by request. errc::busy
  /// if a create request was answered with it after it was found; errc::not_found if another
  /// checkout has its path now.
  [[nodiscard]] result<void> erase_unused(const FoundCheckout& found);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman
