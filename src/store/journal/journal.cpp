// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/journal/journal.hpp"

#include <algorithm>
#include <span>

#include "store/disk_error.hpp"
#include "store/journal/record.hpp"
#include "store/journal/segment_reader.hpp"
#include "store/layout.hpp"
#include "store/root/group_flush.hpp"

namespace shaman {
namespace {

// A blob is on the disk by itself before other servers take its name for that (BlobFolder).
constexpr std::chrono::seconds kLongestStay{20};
constexpr std::chrono::minutes kIdle{5};
constexpr std::chrono::minutes kBetweenTries{1};
// Of the free space; a journal that would have to be smaller than this is none.
constexpr std::uint64_t kLargestShare = 64;
constexpr std::uint64_t kSmallestSegment = std::uint64_t{1} << 20U;
constexpr std::size_t kZeros = std::size_t{1} << 20U;

}  // namespace

struct Journal::Segment {
  std::string name;
  fs::File file;
  std::uint64_t bytes = 0;
  GroupFlush flush;
  // Guarded by the journal's mutex.
  std::uint64_t nonce = 0;
  std::uint64_t used = journal::kPage;
  std::size_t entries = 0;  ///< whose blobs have no place yet
  bool is_full = false;     ///< takes no more
  bool is_broken = false;   ///< its state on the disk is unknown from some record on
  Steady first_use;
  std::uint64_t losses = 0;  ///< of the storage, before its first blob was written
};

Journal::Journal(fs::FileSystem& file_system, const StorageRoot& root, std::string server,
                 WholeFlush& storage, Reservations& reservations, JournalReplay& replay,
                 const StoreOptions& options, WholeFlush::Calls flushes, Post post)
    : file_system_(file_system),
      root_(root),
      storage_(storage),
      reservations_(reservations),
      replay_(replay),
      options_(options.journal),
      flushes_(flushes),
      log_(options.log),
      post_(std::move(post)),
      server_(std::move(server)) {}

Journal::~Journal() {
  for (const auto& segment : segments_) {
    const bool has_records = segment->used > journal::kPage;
    if (!has_records || put_on_disk(*segment)) remove(*segment);
  }
  const auto journals = file_system_.open_folder(root_.private_folder, layout::kJournal);
  if (!segments_.empty() && journals)
    static_cast<void>(file_system_.remove_folder(*journals, server_));
}

std::string Journal::server_name() {
  const std::lock_guard lock(mutex_);
  return server_;
}

void Journal::say(LogLevel level, const std::string& message) const {
  if (log_) log_(level, message);
}

void Journal::write(const BlobId& id, const fs::File& file, std::uint64_t losses,
                    std::optional<Entry>& entry) {
  if (id.size > options_.largest_blob) return;
  const auto place = find_place(id, losses);
  if (!place) return;
  entry.emplace(*this, place->segment);
  auto written = write_record(*place, id, file);
  if (written) written = flush(*place->segment);
  if (!written) give_up(*place->segment, written.error());
  // Another's flush that fails drops this record as well, and this one's then succeeds.
  if (!written || is_broken(*place->segment)) entry.reset();
}

// With the mutex held. Nothing if no segment has room now.
std::optional<Journal::Place> Journal::take_place(std::uint64_t bytes, std::uint64_t losses,
                                                  Steady now) {
  if (!current_ && !free_.empty()) {
    current_ = std::move(free_.back());
    free_.pop_back();
    current_->first_use = now;
    current_->losses = losses;
  }
  if (!current_ || current_->bytes - current_->used < bytes) return std::nullopt;
  const Place place{current_, current_->used, current_->nonce};
  current_->used += bytes;
  // What was lost since may be any of its blobs.
  current_->losses = std::min(current_->losses, losses);
  ++current_->entries;
  return place;
}

std::optional<Journal::Place> Journal::find_place(const BlobId& id, std::uint64_t losses) {
  const std::uint64_t bytes = journal::record_bytes(id.size);
  const Steady now = file_system_.steady_now();
  std::shared_ptr<Segment> filled;
  std::optional<Place> place;
  bool wants_more = false;
  {
    const std::lock_guard lock(mutex_);
    last_use_ = now;
    if (current_ && current_->bytes - current_->used < bytes) {
      current_->is_full = true;
      if (is_due(*current_)) filled = current_;
      current_.reset();
    }
    place = take_place(bytes, losses, now);
    ++(place ? blobs_ : refused_);
    wants_more =
        free_.empty() && segments_.size() < options_.segments && !is_creating_ && now >= next_try_;
    if (wants_more) is_creating_ = true;
  }
  if (filled) post_retiring(std::move(filled));
  if (wants_more) post_([this] { create(); });
  return place;
}

fs::result<void> Journal::write_record(const Place& place, const BlobId& id, const fs::File& file) {
  const auto content = read_piece(file_system_, file, 0, id.size);
  if (!content) return content.error();
  if (content->size() != id.size)
    return boost::system::errc::make_error_code(boost::system::errc::io_error);
  const std::string record = journal::record_header(id, place.nonce, place.offset) + *content;
  return fs::write_all(file_system_, place.segment->file, place.offset,
                       std::as_bytes(std::span(record)));
}

fs::result<void> Journal::flush(Segment& segment) {
  const auto flush_now = [&] { return file_system_.flush_content(segment.file); };
  return flushes_ == WholeFlush::Calls::shared ? segment.flush.run(flush_now) : flush_now();
}

bool Journal::is_broken(const Segment& segment) {
  const std::lock_guard lock(mutex_);
  return segment.is_broken;
}

// Records whose flush succeeded before stay good.
void Journal::give_up(Segment& segment, const boost::system::error_code& error) {
  const Steady now = file_system_.steady_now();
  {
    const std::lock_guard lock(mutex_);
    if (segment.is_broken) return;
    segment.is_broken = segment.is_full = true;
    if (current_.get() == &segment) current_.reset();
    next_try_ = now + kBetweenTries;
    is_failing_ = true;
  }
  say(LogLevel::warning, disk_error(error, "write to .shaman/journal").message() +
                             "; small files are put on the disk one by one for now");
}

bool Journal::is_due(const Segment& segment) const {
  return segment.is_full && segment.entries == 0;
}

void Journal::release(const std::shared_ptr<Segment>& segment) {
  {
    const std::lock_guard lock(mutex_);
    --segment->entries;
    if (!is_due(*segment)) return;
  }
  post_retiring(segment);
}

void Journal::post_retiring(std::shared_ptr<Segment> segment) {
  post_([this, segment = std::move(segment)] { retire(segment); });
}

// What the segment holds is on the disk without it.
bool Journal::put_on_disk(const Segment& segment) {
  // One call for all: a flush of each file and its folders would take as long as if there were no
  // journal.
  if (const auto flushed = storage_.run(segment.losses); flushed) return true;
  // The system has dropped what it could not write, so the places prove nothing.
  const auto again = replay_.run(segment.file, JournalReplay::Places::written_again);
  if (again) return true;
  say(LogLevel::error,
      "files that were stored are on the disk only in .shaman/journal, which is kept: " +
          again.error().message() + "; check the disk, and restart the server");
  return false;
}

JournalState Journal::state() {
  const Steady now = file_system_.steady_now();
  const std::lock_guard lock(mutex_);
  // Until the next trial, which an upload makes: without uploads nothing would end it.
  JournalState state{.is_used = true,
                     .is_failing = is_stuck_ || (is_failing_ && now < next_try_),
                     .segments = segments_.size(),
                     .blobs = blobs_,
                     .refused = refused_};
  for (const auto& segment : segments_) {
    state.bytes += segment->bytes;
    state.used += segment->used - journal::kPage;
  }
  return state;
}

void Journal::retire(const std::shared_ptr<Segment>& segment) {
  if (!put_on_disk(*segment)) {
    forget(*segment);
    const std::lock_guard lock(mutex_);
    is_stuck_ = true;
    return;
  }
  if (segment->is_broken || !prepare(*segment)) {
    remove(*segment);
    return forget(*segment);
  }
  const std::lock_guard lock(mutex_);
  segment->used = journal::kPage;
  segment->is_full = false;
  if (std::ranges::find(segments_, segment) != segments_.end()) free_.push_back(segment);
}

void Journal::forget(const Segment& segment) {
  const std::lock_guard lock(mutex_);
  std::erase_if(segments_, [&](const auto& each) { return each.get() == &segment; });
}

// Records of the last use do not have the new nonce. The next flush of a record flushes the header
// as well; until then it does not matter which of the two headers the disk has.
fs::result<void> Journal::prepare(Segment& segment) {
  segment.nonce = file_system_.random();
  const std::string header = journal::segment_header(segment.nonce);
  return fs::write_all(file_system_, segment.file, 0, std::as_bytes(std::span(header)));
}

void Journal::remove(const Segment& segment) {
  const auto journals = file_system_.open_folder(root_.private_folder, layout::kJournal);
  if (!journals) return;
  const auto folder = file_system_.open_folder(*journals, server_name());
  if (folder) static_cast<void>(file_system_.remove_file(*folder, segment.name));
}

// Not set aside: that would refuse uploads meanwhile, and by its share the journal never takes the
// room that was promised to them.
std::uint64_t Journal::affordable_bytes() {
  const auto left = reservations_.left_on_disk();
  const std::uint64_t bytes = std::min(options_.bytes, left ? *left / kLargestShare : 0);
  return bytes / options_.segments / journal::kPage * journal::kPage;
}

fs::result<fs::Folder> Journal::open_own_folder() {
  const auto journals =
      fs::open_or_make_folder(file_system_, root_.private_folder, layout::kJournal);
  if (!journals) return journals.error();
  auto folder = fs::open_or_make_folder(file_system_, *journals, server_name());
  if (!folder) return folder;
  if (const auto flushed = file_system_.flush(*journals); !flushed) return flushed.error();
  if (const auto flushed = file_system_.flush(root_.private_folder); !flushed)
    return flushed.error();
  return folder;
}

result<std::shared_ptr<Journal::Segment>> Journal::make_segment(std::uint64_t number) {
  const auto failed = [](const boost::system::error_code& error) {
    return disk_error(error, "make a file in .shaman/journal");
  };
  auto segment = std::make_shared<Segment>();
  segment->bytes = affordable_bytes();
  if (segment->bytes < std::min(options_.bytes / options_.segments, kSmallestSegment))
    return {nullptr};  // the storage is small, or nearly full
  const auto folder = open_own_folder();
  if (!folder) return failed(folder.error());
  segment->name = std::to_string(number);
  auto file = file_system_.create_file(*folder, segment->name);
  if (!file) return failed(file.error());
  segment->file = std::move(*file);
  auto done = [&]() -> fs::result<void> {
    // Written once, so that a record's flush changes neither its length nor its places on the disk.
    const std::vector<std::byte> zeros(std::min<std::uint64_t>(kZeros, segment->bytes));
    for (std::uint64_t at = 0; at < segment->bytes; at += zeros.size()) {
      const auto piece =
          std::span(zeros).first(std::min<std::uint64_t>(zeros.size(), segment->bytes - at));
      if (const auto written = fs::write_all(file_system_, segment->file, at, piece); !written)
        return written;
    }
    if (const auto prepared = prepare(*segment); !prepared) return prepared;
    if (const auto flushed = file_system_.flush(segment->file); !flushed) return flushed;
    return file_system_.flush(*folder);
  }();
  if (done) return segment;
  static_cast<void>(file_system_.remove_file(*folder, segment->name));
  return failed(done.error());
}

void Journal::create() {
  std::uint64_t number = 0;
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    number = next_number_++;
    generation = generation_;
  }
  auto made = make_segment(number);
  if (!made)
    say(LogLevel::warning,
        made.error().message() + "; small files are put on the disk one by one for now");
  const Steady now = file_system_.steady_now();
  const std::lock_guard lock(mutex_);
  is_creating_ = false;
  is_failing_ = !made;
  if (!made || !*made) {
    next_try_ = now + kBetweenTries;
  } else if (generation == generation_) {
    segments_.push_back(*made);
    free_.push_back(std::move(*made));
  }
}

void Journal::keep_house() {
  std::shared_ptr<Segment> old;
  bool is_idle = false;
  const Steady now = file_system_.steady_now();
  {
    const std::lock_guard lock(mutex_);
    is_idle = now - last_use_ >= kIdle;
    if (current_ && is_idle && current_->used == journal::kPage)
      free_.push_back(std::exchange(current_, nullptr));
    if (current_ && current_->used > journal::kPage && now - current_->first_use >= kLongestStay) {
      current_->is_full = true;
      if (is_due(*current_)) old = current_;
      current_.reset();
    }
  }
  if (old) post_retiring(std::move(old));
  if (is_idle || is_storage_full()) drop_unused();
}

bool Journal::is_storage_full() const {
  const auto left = reservations_.left_on_disk();
  return left && *left == 0;
}

void Journal::drop_unused() {
  std::vector<std::shared_ptr<Segment>> unused;
  {
    const std::lock_guard lock(mutex_);
    unused = std::exchange(free_, {});
  }
  for (const auto& segment : unused) {
    remove(*segment);
    forget(*segment);
  }
}

void Journal::start_anew(std::string server) {
  const std::lock_guard lock(mutex_);
  server_ = std::move(server);
  segments_.clear();
  free_.clear();
  current_.reset();
  ++generation_;
}

}  // namespace shaman
