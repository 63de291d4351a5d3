// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

namespace shaman {

/// Keeps the blobs of one checkout from being collected, even after the checkout was erased.
struct Pin {
  std::string name;
  std::string checkout;          ///< the path that create() returned; empty: links placed by hand
  std::optional<fs::Time> made;  ///< nothing: by hand
  std::uint64_t files = 0;       ///< links to blobs, without the server's own
  std::uint64_t bytes = 0;       ///< of the blobs, each counted once
  std::uint64_t missing = 0;     ///< blobs that are not in the store
  /// A path in the checkout for each of these, in order; the first kMostNamed.
  std::vector<std::string> missing_files{};

  static constexpr std::size_t kMostNamed = 1000;
};

/// What list() found.
struct PinList {
  std::vector<Pin> pins;  ///< by name
  /// Links directly in `.shaman/pins`, from a checkout that was copied there by hand. They protect
  /// their blobs like a pin, but have no name by which to remove them.
  std::uint64_t loose_links = 0;
};

/// Pins, below `<storage>/.shaman/pins/`: a copy of the checkout's links that appears complete or
/// not at all. Servers and collections may run at the same time. All members may be called from any
/// thread, and block on the disk.
class Pins {
 public:
  /// Opens the storage as Store::open() does, also while other processes have it open. Errors as of
  /// Store::open(). The file system and the pool must outlive this.
  [[nodiscard]] static result<Pins> open(fs::FileSystem& file_system, const std::string& storage,
                                         const StoreOptions& options, WorkerPool& pool);
  Pins(Pins&&) noexcept;
  Pins& operator=(Pins&&) noexcept;
  ~Pins();

  struct Added {
    Pin pin;
    std::uint64_t left_out = 0;  ///< entries of the checkout that do not lead into the store
  };

  /// Pins all blobs of a checkout, its manifest included. An empty `name` means the checkout's
  /// path. On return the pin is on stable storage.
  /// errc::not_found: the checkout does not exist; errc::conflicting_paths: the name is taken;
  /// errc::unsafe_path: the name is not allowed; errc::blobs_missing: the checkout has lost files,
  /// or blobs are missing; errc::busy: it was changed meanwhile; errc::storage_full,
  /// errc::io_error.
  [[nodiscard]] result<Added> add(const std::string& checkout, const std::string& name);

  /// All pins, by reading all their links and looking for each blob. errc::io_error.
  [[nodiscard]] result<PinList> list();

  /// The same without opening the storage to write: so that it works if the storage is full or
  /// mounted read-only.
  [[nodiscard]] static result<PinList> read(fs::FileSystem& file_system, const std::string& storage,
                                            WorkerPool& pool);

  /// Removes a pin. On return the removal is on stable storage. errc::not_found;
  /// errc::storage_full, errc::io_error.
  [[nodiscard]] result<void> remove(const std::string& name);

 private:
  struct Impl;
  explicit Pins(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman
