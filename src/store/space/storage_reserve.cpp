// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/space/storage_reserve.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

// A pin of a small checkout, the most that a command makes, takes some twenty names. Opening the
// storage deletes half of the reserve: if other writers take that space, the next command still
// finds some.
constexpr std::size_t kPieces = 64;
constexpr std::size_t kPieceBytes = 8192;
// With less than this, commands may fail.
constexpr fs::Space kEnough{kPieces / 4 * kPieceBytes, kPieces / 4};
// A reserve must not fill the storage itself.
constexpr fs::Space kPlenty{std::uint64_t{4} << 20, 200};
// Left to the server, which gives back the space that its own start needed.
constexpr fs::Space kMargin{4 * kPieceBytes, 4};

bool has_less(const fs::Space& space, const fs::Space& than) {
  return space.free_bytes < than.free_bytes || space.free_inodes < than.free_inodes;
}

// Random, so that no file system can compress it.
std::array<std::byte, kPieceBytes> piece(fs::FileSystem& file_system) {
  std::array<std::byte, kPieceBytes> bytes{};
  std::uint64_t random = file_system.random() | 1U;
  for (std::byte& each : bytes) {
    random ^= random << 13U;
    random ^= random >> 7U;
    random ^= random << 17U;
    each = static_cast<std::byte>(random);
  }
  return bytes;
}

fs::result<void> make_piece(fs::FileSystem& file_system, const fs::Folder& folder,
                            const std::string& name) {
  auto file = file_system.create_file(folder, name);
  if (!file) return file.error();
  auto done = fs::write_all(file_system, *file, 0, piece(file_system));
  if (done) done = file_system.close(std::move(*file));
  if (!done) static_cast<void>(file_system.remove_file(folder, name));
  return done;
}

void make_pieces(fs::FileSystem& file_system, const fs::Folder& folder, const fs::Space& left) {
  const auto entries = file_system.list(folder);
  if (!entries || entries->size() >= kPieces) return;
  for (std::size_t i = 0; i < kPieces; ++i) {
    const auto space = file_system.space(folder);
    if (space && has_less(*space, left)) return;
    const auto made = make_piece(file_system, folder, std::to_string(i));
    if (!made && made.error() != boost::system::errc::file_exists) return;
  }
}

// Some quotas are not visible in any figure.
bool is_refused_as_full(fs::FileSystem& file_system, const fs::Folder& private_folder) {
  const std::string name = std::string(layout::kProbe) + std::to_string(file_system.random());
  const auto made = make_piece(file_system, private_folder, name);
  if (!made) return is_full(made.error());
  static_cast<void>(file_system.remove_file(private_folder, name));
  return false;
}

}  // namespace

StorageReserve StorageReserve::make_room(fs::FileSystem& file_system,
                                         const fs::Folder& private_folder) {
  StorageReserve reserve;
  auto folder = file_system.open_folder(private_folder, layout::kReserve);
  if (!folder) return reserve;
  const auto space = file_system.space(private_folder);
  const bool is_short = space && has_less(*space, kEnough);
  if (!is_short && !is_refused_as_full(file_system, private_folder)) return reserve;
  const auto entries = file_system.list(*folder);
  if (!entries) return reserve;
  const std::size_t half = (entries->size() + 1) / 2;
  for (std::size_t i = 0; i < half; ++i)
    static_cast<void>(file_system.remove_file(*folder, (*entries)[i].name));
  reserve.file_system_ = &file_system;
  reserve.folder_ = std::move(*folder);
  return reserve;
}

bool StorageReserve::is_there(fs::FileSystem& file_system, const fs::Folder& private_folder) {
  const auto folder = file_system.open_folder(private_folder, layout::kReserve);
  const auto entries =
      folder ? file_system.list(*folder, 1) : fs::result<std::vector<fs::Entry>>(folder.error());
  return entries && !entries->empty();
}

StorageReserve::StorageReserve(StorageReserve&& other) noexcept
    : file_system_(std::exchange(other.file_system_, nullptr)), folder_(std::move(other.folder_)) {}

StorageReserve& StorageReserve::operator=(StorageReserve&& other) noexcept {
  std::swap(file_system_, other.file_system_);
  std::swap(folder_, other.folder_);
  return *this;
}

void StorageReserve::give_back() {
  if (file_system_ != nullptr) make_pieces(*file_system_, folder_, kMargin);
}

fs::Space StorageReserve::lent() const {
  if (file_system_ == nullptr) return {};
  const auto entries = file_system_->list(folder_);
  const std::size_t missing = kPieces - std::min(kPieces, entries ? entries->size() : kPieces);
  return {missing * kPieceBytes, missing};
}

void StorageReserve::give_all_back() {
  // Until one is refused: the figures leave out root's share, which a command of root may use.
  if (file_system_ != nullptr) make_pieces(*file_system_, folder_, {0, 0});
}

void StorageReserve::fill(fs::FileSystem& file_system, const fs::Folder& private_folder) {
  const auto space = file_system.space(private_folder);
  if (!space || has_less(*space, kPlenty)) return;
  const auto folder = fs::open_or_make_folder(file_system, private_folder, layout::kReserve);
  if (folder) make_pieces(file_system, *folder, kPlenty);
}

}  // namespace shaman
