// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/receive/file_receiver.hpp"

#include <utility>
#include <vector>

#include "pull/cache/names.hpp"

namespace shaman::pull {
namespace {

std::string etag_of(const BlobId& id) {
  return "\"" + blob_name(id) + "\"";
}

Error unexpected(const BlobId& id, const char* what) {
  return {errc::protocol_error, "the server sent " + std::string(what) + " (file " + id.brief() +
                                    "); tell the farm's admin"};
}

}  // namespace

FileReceiver::FileReceiver(const BlobCache& cache, const BlobId& id, client::Progress& progress,
                           os::PartialFile file)
    : cache_(cache), id_(id), progress_(progress), file_(std::move(file)) {}

result<std::unique_ptr<FileReceiver>> FileReceiver::open(const BlobCache& cache, const BlobId& id,
                                                         client::Progress& progress) {
  auto file = os::PartialFile::open(cache.partial_path_of(id));
  if (!file) return file.error();
  std::unique_ptr<FileReceiver> receiver(new FileReceiver(cache, id, progress, *std::move(file)));
  if (const auto taken = receiver->take_over(); !taken) return taken.error();
  return receiver;
}

result<void> FileReceiver::take_over() {
  const auto size = file_.size();
  if (!size) return size.error();
  if (*size > id_.size) return file_.truncate();
  std::vector<std::byte> buffer(*size > 0 ? std::size_t{1} << 20U : 0);
  while (held_ < *size) {
    const auto read = file_.read_at(held_, buffer);
    if (!read) return read.error();
    if (*read == 0) break;
    sha_.update(std::span(buffer).first(*read));
    held_ += *read;
  }
  resumed_ = held_;
  progress_.bytes_done += held_;
  return {};
}

void FileReceiver::add_fields(client::HttpRequest& request) const {
  if (held_ == 0) return;
  request.headers.emplace_back("Range", "bytes=" + std::to_string(held_) + "-");
  request.headers.emplace_back("If-Range", etag_of(id_));
}

result<void> FileReceiver::begin(const client::HttpResponse& head) {
  if (head.status == 200) return held_ == 0 ? result<void>() : restart();
  const std::string wanted = "bytes " + std::to_string(held_) + "-" + std::to_string(id_.size - 1) +
                             "/" + std::to_string(id_.size);
  if (held_ == 0 || head.content_range != wanted)
    return unexpected(id_, "another part of a file than requested");
  return {};
}

result<void> FileReceiver::write(std::span<const std::byte> piece) {
  if (piece.size() > id_.size - held_) return unexpected(id_, "more than a file has");
  if (auto written = file_.write_at(held_, piece); !written) return written;
  sha_.update(piece);
  held_ += piece.size();
  progress_.bytes_done += piece.size();
  return {};
}

result<void> FileReceiver::restart() {
  progress_.bytes_done -= std::exchange(held_, 0);
  resumed_ = 0;
  sha_ = Sha256();
  return file_.truncate();
}

result<void> FileReceiver::finish() {
  if (sha_.finish() != id_.digest) {
    if (auto emptied = restart(); !emptied) return emptied;
    return Error{errc::content_mismatch,
                 "the server sent a file whose content is not that of its checksum (" +
                     id_.brief() + "); its storage may be damaged: tell the farm's admin"};
  }
  if (auto made = cache_.make_place(id_); !made) return made;
  return file_.seal(cache_.path_of(id_));
}

result<void> put(const BlobCache& cache, const BlobId& id, std::span<const std::byte> content) {
  auto file = os::PartialFile::open(cache.partial_path_of(id));
  if (!file) return file.error();
  const auto size = file->size();
  if (!size) return size.error();
  if (*size > 0)
    if (auto emptied = file->truncate(); !emptied) return emptied;
  if (auto written = file->write_at(0, content); !written) return written;
  if (auto sealed = file->seal(cache.path_of(id)); sealed || sealed.error().code != errc::not_found)
    return sealed;
  if (auto made = cache.make_place(id); !made) return made;
  return file->seal(cache.path_of(id));
}

}  // namespace shaman::pull
