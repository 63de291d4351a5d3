// SPDX-License-Identifier: GPL-3.0-or-later
// A batch of files, into a real store: whatever comes, each file gets its answer, and what is
// stored is what its name says.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "shaman/fs/local.hpp"

#include "fuzz_target.hpp"
#include "server/calls/uploads/batch_reader.hpp"
#include "store/layout.hpp"

using namespace shaman;

namespace {

struct Storage {
  Storage() {
    std::string name = (std::filesystem::temp_directory_path() / "shaman-fuzz-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path = name;
    StoreOptions options;
    options.durability = Durability::none;
    options.housekeeping = std::chrono::milliseconds(0);
    auto opened = Store::open(file_system, path + "/store", options, pool);
    if (!opened) std::abort();
    store = std::move(*opened);
  }
  ~Storage() {
    store.reset();
    std::filesystem::remove_all(path);
  }

  std::string path;
  fs::LocalFileSystem file_system;
  WorkerPool pool{WorkerPool::OnCallersThread{}};
  std::unique_ptr<Store> store;
};

void look_at_blobs(const std::string& storage) {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(storage + "/store/file-store/stored")) {
    if (!entry.is_regular_file()) continue;
    const auto id = layout::blob_of_path(entry.path().string());
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    if (!id || id->size != content.size() || Sha256::of(content) != id->digest) std::abort();
  }
}

}  // namespace

FUZZ_TARGET(batch) {
  static Storage storage;
  const auto outcome = std::make_shared<http::BatchOutcome>([] {});
  http::BatchLimits limits;
  limits.files = 20;
  limits.file_bytes = 1000;
  {
    http::BatchReader reader(*storage.store, {}, limits, outcome);
    std::span<const std::byte> rest = std::as_bytes(std::span(data, size));
    bool is_good = true;
    while (!rest.empty() && is_good) {
      const auto piece = rest.first(std::min<std::size_t>(rest.size(), 37));
      const auto taken = reader.take(piece);
      is_good = taken.has_value();
      if (is_good && (*taken == 0 || *taken > piece.size())) std::abort();
      if (is_good) rest = rest.subspan(*taken);
    }
    static_cast<void>(reader.end());
  }
  if (outcome->pending() != 0 || outcome->size() > limits.files) std::abort();
  static_cast<void>(outcome->json());
  look_at_blobs(storage.path);
  return 0;
}
