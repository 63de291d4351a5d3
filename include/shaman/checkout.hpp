// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"
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
  Asker asker{};                ///< whose; what it does not know is not stored for it
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
  fs::Time made;
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

  /// Makes the checkout, complete and durable, or nothing; returns the path that it got, relative
  /// to `jobs/`. A plan with the same idempotency key, path and files as one of the last 10 minutes
  /// returns that one's path, waiting for it where it is still being made. Blocks.
  /// errc::blobs_missing names how many and the first few; errc::no_unique_path;
  /// errc::storage_full.
  [[nodiscard]] result<std::string> create(const CheckoutPlan& plan);

  /// Whether exactly this folder below `jobs/` is a checkout: none above or inside of one is.
  /// Blocks. errc::io_error.
  [[nodiscard]] result<bool> is_checkout(const std::string& path);

  /// All checkouts that were made here or by another server of this kind: those that have a
  /// manifest. Sorted. Folders that this process may not read, which may hold some, are put into
  /// `unread`; without it they are an error. Blocks for as long as looking into all folders takes.
  /// errc::io_error.
  [[nodiscard]] result<std::vector<FoundCheckout>> list(std::vector<std::string>* unread = nullptr);

  /// Takes away one checkout, at once and for good; parents that it leaves empty go too where that
  /// is safe, never `jobs/` itself. Its blobs stay until garbage collection finds them unused.
  /// `path` is what create() returned. On return its absence is on stable storage. Blocks.
  /// errc::not_found where exactly this folder is no checkout; errc::io_error.
  [[nodiscard]] result<void> erase(const std::string& path);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman
