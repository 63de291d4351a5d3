// SPDX-License-Identifier: GPL-3.0-or-later
#include "world.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "shaman/pins.hpp"

#include "store/journal/record.hpp"

namespace shaman::sim {
namespace {

constexpr std::size_t kBlobs = 5;
constexpr std::size_t kActions = 4;  // of each actor

// One server process with its view of the disk.
struct Server {
  Server(Machine& machine, Mount::Habits habits, WorkerPool& pool)
      : mount(machine, habits), opened(Store::open(mount, "/", store_options(), pool)) {
    if (!opened) return;
    checkouts = std::make_unique<Checkouts>(**opened, CheckoutOptions());
    auto beside = Pins::open(mount, "/", store_options(), pool);
    if (beside) pins = std::make_unique<Pins>(*std::move(beside));
  }
  [[nodiscard]] Store& store() { return **opened; }

  Mount mount;
  result<std::unique_ptr<Store>> opened;
  std::unique_ptr<Checkouts> checkouts;
  std::unique_ptr<Pins> pins;
};

class World {
 public:
  explicit World(const Plan& plan)
      : plan_(plan), chance_(plan.seed), scheduler_(chance_), machine_(disk_, chance_, scheduler_) {
    for (std::size_t i = 0; i < kBlobs; ++i) {
      std::string content(1 + chance_.number(60), static_cast<char>('a' + i));
      content += std::to_string(i);
      ids_.push_back({Sha256::of(content), content.size()});
      contents_.push_back(std::move(content));
    }
  }
  Outcome run();

 private:
  using Actor = std::function<void(Server&)>;
  void decide();
  void start_servers();
  void store_all_long_ago();
  void spawn(Server& server, const Actor& action);

  void upload(Server& server);
  void upload_wrongly(Server& server);
  void upload_in_parts(Server& server);
  void require(Server& server);
  void check_out(Server& server);
  void rely_upon(Server& server, const FileList& files, fs::Time until);
  void erase(Server& server);
  void pin(Server& server);
  void unpin(Server& server);
  void collect();
  void link_by_hand();
  void render();
  void forbid();
  [[nodiscard]] std::string any_checkout();
  void let_time_pass();

  [[nodiscard]] bool lives() const { return !machine_.is_off; }
  [[nodiscard]] std::size_t any_blob() { return chance_.number(kBlobs); }
  [[nodiscard]] bool write(Upload& upload, std::string_view content);
  [[nodiscard]] bool commit(Server& server, Upload upload);
  void must_not_fail(Server& server, const char* what, const Error& error);
  void acknowledge(const BlobId& id, fs::Time asked) { promises_.stored(id, asked + kMinAge); }
  // A mark of up to half of that ago is believed, and worth the less.
  void relied_upon(const BlobId& id, fs::Time asked) {
    promises_.stored(id, asked + kMinAge - store_options().mark_lease);
  }
  void spawn_all();
  void crash(Outcome& outcome);
  [[nodiscard]] std::unique_ptr<Disk> cut_again(std::unique_ptr<Disk> disk, Outcome& outcome);
  void inspect(Disk& disk, Outcome& outcome, const std::string& boot);

  const Plan plan_;
  Chance chance_;
  Disk disk_;
  Scheduler scheduler_;
  Machine machine_;
  WorkerPool pool_{WorkerPool::OnCallersThread{}};
  std::vector<std::string> contents_;
  std::vector<BlobId> ids_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::unique_ptr<Mount> collector_;
  bool has_grace_ = true;  ///< else what is collected is deleted at once
  Promises promises_;
  std::vector<std::string> violations_;
};

bool World::write(Upload& upload, std::string_view content) {
  while (!content.empty()) {
    const std::size_t length = std::min<std::size_t>(content.size(), 1 + chance_.number(40));
    if (!upload.write(std::as_bytes(std::span(content.substr(0, length))))) return false;
    content.remove_prefix(length);
  }
  return true;
}

// Where no call was made to fail, no answer may be "internal error", whatever others do meanwhile.
// A mount that sees late may still see what is gone.
void World::must_not_fail(Server& server, const char* what, const Error& error) {
  if (error.code == errc::io_error && lives() && machine_.faults == 0 && !server.mount.sees_late())
    violations_.push_back(std::string(what) + " failed: " + error.message());
}

bool World::commit(Server& server, Upload upload) {
  bool done = false;
  const auto end = [&](const result<void>& outcome) {
    done = outcome.has_value();
    if (!done) must_not_fail(server, "a commit", outcome.error());
  };
  if (chance_.one_in(2))
    server.store().commit_among_many(std::move(upload), end);
  else
    server.store().commit(std::move(upload), end);
  return done && lives();
}

void World::upload(Server& server) {
  const std::size_t blob = any_blob();
  const fs::Time begin = disk_.now();
  auto begun = server.store().begin_upload(ids_[blob], false);
  if (!begun) must_not_fail(server, "an upload", begun.error());
  if (!begun || !lives()) return;
  if (std::holds_alternative<AlreadyStored>(*begun)) return relied_upon(ids_[blob], begin);
  auto* const upload = std::get_if<Upload>(&*begun);
  if (upload == nullptr || !write(*upload, contents_[blob])) return;
  if (chance_.one_in(6)) return;  // the client breaks off
  const fs::Time committing = disk_.now();
  if (commit(server, std::move(*upload))) acknowledge(ids_[blob], committing);
}

void World::upload_wrongly(Server& server) {
  const std::size_t blob = any_blob();
  auto begun = server.store().begin_upload(ids_[blob], false);
  if (!begun) return;
  auto* const upload = std::get_if<Upload>(&*begun);
  std::string wrong = contents_[blob];
  wrong[chance_.number(wrong.size())] ^= 1;
  if (upload == nullptr || !write(*upload, wrong)) return;
  if (commit(server, std::move(*upload)))
    violations_.push_back("content that does not match was acknowledged");
}

void World::upload_in_parts(Server& server) {
  const std::size_t blob = any_blob();
  const std::string& content = contents_[blob];
  const Takeover nobody{[] {}, [] {}};
  const fs::Time begin = disk_.now();
  auto begun = chance_.one_in(2) ? server.store().create_resumable(ids_[blob], false, nobody)
                                 : server.store().append_resumable(ids_[blob], nobody);
  if (!begun || !lives()) return;
  if (std::holds_alternative<AlreadyStored>(*begun)) return relied_upon(ids_[blob], begin);
  auto* const upload = std::get_if<Upload>(&*begun);
  if (upload == nullptr) return;
  const std::size_t held = upload->received();
  const std::size_t more = chance_.number(content.size() - held + 1);
  // From here on a failure may cost what was held.
  promises_.not_held(ids_[blob]);
  if (!write(*upload, std::string_view(content).substr(held, more))) return;
  const fs::Time committing = disk_.now();
  if (held + more == content.size()) {
    if (commit(server, std::move(*upload))) acknowledge(ids_[blob], committing);
    return;
  }
  const auto kept = upload->checkpoint();
  if (kept && lives() && *kept > 0) promises_.held(ids_[blob], *kept);
}

void World::require(Server& server) {
  FileList files;
  for (const BlobId& id : ids_)
    if (chance_.one_in(2)) files.add(id, "f");
  std::vector<BlobStatus> statuses(files.size());
  const fs::Time begin = disk_.now();
  const auto told = server.store().require(files, statuses);
  if (!told) must_not_fail(server, "requirements", told.error());
  if (!told || !lives()) return;
  const fs::Time until = begin + kMinAge - store_options().mark_lease;
  FileList stored;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (statuses[i] != BlobStatus::stored) continue;
    relied_upon(files[i].id, begin);
    stored.add(files[i].id, std::to_string(i));
  }
  if (!stored.empty() && chance_.one_in(2)) rely_upon(server, stored, until);
}

// Who was told that all is there may have a checkout made of it.
void World::rely_upon(Server& server, const FileList& files, fs::Time until) {
  const auto plan = server.checkouts->validate({"relied", files, {}});
  if (!plan) return violations_.push_back("a good checkout is refused: " + plan.error().message());
  // A client takes its time: long enough for a whole collection.
  for (std::uint64_t turns = chance_.number(600); turns > 0 && lives(); --turns)
    scheduler_.yield();
  bool is_second_try = false;  // of what was being sent until a moment ago
  for (;;) {
    const auto made = server.checkouts->create(*plan);
    if (made && lives()) promises_.checkout(made->path, files);
    if (!made) must_not_fail(server, "a create", made.error());
    if (made || made.error().code != errc::blobs_missing || !lives()) return;
    // Somebody sends one of them once more: a server waits for that.
    const auto uploads = server.checkouts->being_uploaded(*plan);
    if (!uploads || !lives()) return;
    if (!uploads->empty()) {
      scheduler_.yield();
      continue;
    }
    // A flush that failed takes back what was said. Who sees late may not see yet that a blob has
    // been brought back from the trash; it is there, as is looked for at the end.
    if (std::exchange(is_second_try, true) && disk_.now() < until && machine_.faults == 0 &&
        !server.mount.sees_late())
      violations_.push_back("told to be stored, and missing a moment later: " +
                            made.error().message());
    if (disk_.now() >= until || !violations_.empty()) return;
  }
}

void World::check_out(Server& server) {
  FileList files;
  for (std::size_t i = 0; i < kBlobs; ++i)
    if (chance_.one_in(2)) files.add(ids_[i], (i % 2 ? "tex/" : "") + std::to_string(i));
  if (files.empty()) return;
  const auto plan =
      server.checkouts->validate({"shot" + std::to_string(chance_.number(3)), files, {}});
  if (!plan) return violations_.push_back("a good checkout is refused: " + plan.error().message());
  const auto made = server.checkouts->create(*plan);
  if (made && lives()) promises_.checkout(made->path, files);
  if (!made) must_not_fail(server, "a create", made.error());
}

std::string World::any_checkout() {
  if (promises_.checkouts().empty()) return {};
  auto chosen = promises_.checkouts().begin();
  std::advance(chosen, chance_.number(promises_.checkouts().size()));
  return promises_.is_forbidden(chosen->first) ? std::string() : chosen->first;
}

void World::erase(Server& server) {
  const std::string path = any_checkout();
  if (path.empty()) return;
  promises_.erasing(path);
  const auto erased = server.checkouts->erase(path);
  if (!erased) must_not_fail(server, "an erase", erased.error());
}

// Whatever is in the checkout by then: others erase it and make another of its name.
void World::pin(Server& server) {
  if (promises_.checkouts().empty()) return;
  auto chosen = promises_.checkouts().begin();
  std::advance(chosen, chance_.number(promises_.checkouts().size()));
  const std::string name = "pin/" + std::to_string(chance_.number(1000));
  if (!server.pins) return;
  const auto added = server.pins->add(chosen->first, name);
  if (added && lives()) promises_.pinned(name);
}

void World::unpin(Server& server) {
  if (promises_.pins().empty()) return;
  const std::string name = *promises_.pins().begin();
  promises_.unpinning(name);
  if (server.pins) static_cast<void>(server.pins->remove(name));
}

void World::collect() {
  collector_->begin_collection();
  GcOptions options = gc_options();
  if (!has_grace_) options.grace = std::chrono::seconds(0);
  static_cast<void>(collect_garbage(*collector_, "/", pool_, options));
}

// Somebody with a shell, who knows no marks: a link to a blob that is there, made in one go.
void World::link_by_hand() {
  const BlobId& id = ids_[any_blob()];
  scheduler_.yield();
  if (!lives()) return;
  const std::string text = "../../file-store/stored/" + id.digest.hex().substr(0, 2) + "/" +
                           id.digest.hex().substr(2) + "/" + std::to_string(id.size) + ".blob";
  Inode at = disk_.root();
  for (const std::string& name :
       {std::string("file-store"), std::string("stored"), id.digest.hex().substr(0, 2),
        id.digest.hex().substr(2), std::to_string(id.size) + ".blob"}) {
    const auto found = disk_.at(at).names.find(name);
    // What has not reached the disk yet was promised to nobody.
    if (found == disk_.at(at).names.end() || !disk_.at(at).durable_names.contains(name)) return;
    at = found->second;
  }
  const Inode jobs = disk_.at(disk_.root()).names.find("jobs")->second;
  if (!disk_.at(jobs).names.contains("by-hand"))
    disk_.change({{jobs, "by-hand", disk_.add(fs::EntryType::folder, 0755)}});
  const Inode folder = disk_.at(jobs).names.find("by-hand")->second;
  const std::string name = "link" + std::to_string(promises_.links().size());
  const Inode link = disk_.add(fs::EntryType::link, 0777);
  disk_.at(link).data = disk_.at(link).durable_data = text;
  disk_.change({{folder, name, link}});
  disk_.flush_folder(jobs);
  disk_.flush_folder(folder);
  promises_.hand_made("jobs/by-hand/" + name);
}

// A worker writes a frame into a checkout.
void World::render() {
  const std::string path = any_checkout();
  if (path.empty() || !lives()) return;
  const Inode jobs = disk_.at(disk_.root()).names.find("jobs")->second;
  const auto checkout = disk_.at(jobs).names.find(path);
  if (checkout == disk_.at(jobs).names.end()) return;
  const std::string name = "frame" + std::to_string(promises_.frames().size());
  const Inode frame = disk_.add(fs::EntryType::regular, 0644);
  disk_.at(frame).data = disk_.at(frame).durable_data = name;
  Inode folder = checkout->second;
  if (chance_.one_in(2)) {
    if (!disk_.at(folder).names.contains("render"))
      disk_.change({{folder, "render", disk_.add(fs::EntryType::folder, 0755)}});
    disk_.flush_folder(folder);
    folder = disk_.at(folder).names.find("render")->second;
  }
  disk_.change({{folder, name, frame}});
  disk_.flush_folder(folder);
  promises_.rendered(name);
}

// Somebody takes all rights to a checkout away.
void World::forbid() {
  const std::string path = any_checkout();
  if (path.empty() || !lives()) return;
  const Inode jobs = disk_.at(disk_.root()).names.find("jobs")->second;
  const auto checkout = disk_.at(jobs).names.find(path);
  if (checkout == disk_.at(jobs).names.end()) return;
  disk_.at(checkout->second).mode = 0;
  promises_.forbidden(path);
}

void World::let_time_pass() {
  scheduler_.yield();
  if (lives()) disk_.pass(std::chrono::seconds(1 + chance_.number(25)));
}

void World::decide() {
  machine_.mistake = plan_.mistake;
  machine_.traces = plan_.traces;
  // A third each: nothing goes wrong; the power goes; calls fail as well.
  const std::uint64_t kind = chance_.number(3);
  has_grace_ = chance_.one_in(2);
  if (kind >= 1) machine_.power_cut_at = machine_.calls + 1 + chance_.number(1500);
  if (kind == 2) machine_.fault_every = 30 + chance_.number(300);
}

void World::start_servers() {
  const std::uint64_t count = 2 + chance_.number(2);
  for (std::uint64_t i = 0; i < count; ++i) {
    servers_.push_back(std::make_unique<Server>(
        machine_, Mount::Habits{.pid = 10 + i, .whole_seconds = i == 2, .late_names = i == 2},
        pool_));
    if (!servers_.back()->opened)
      violations_.push_back("a server does not start: " +
                            servers_.back()->opened.error().message());
  }
  collector_ = std::make_unique<Mount>(machine_, Mount::Habits{.pid = 50, .collects = true});
}

void World::store_all_long_ago() {
  for (std::size_t i = 0; i < kBlobs; ++i) {
    auto begun = servers_[0]->store().begin_upload(ids_[i], false);
    auto* const upload = begun ? std::get_if<Upload>(&*begun) : nullptr;
    if (upload == nullptr || !write(*upload, contents_[i])) continue;
    static_cast<void>(commit(*servers_[0], std::move(*upload)));
  }
  disk_.flush_all();
  disk_.pass(3 * kMinAge);
}

void World::spawn(Server& server, const Actor& action) {
  scheduler_.spawn([this, &server, action] {
    for (std::size_t i = 0; i < kActions && lives(); ++i)
      action(server);
  });
}

void World::inspect(Disk& disk, Outcome& outcome, const std::string& boot) {
  std::vector<std::string> violations;
  Inspection(disk, chance_, promises_, violations, boot).run();
  outcome.violations.insert(outcome.violations.end(), violations.begin(), violations.end());
}

// The power goes once more while a server starts and cleans up.
std::unique_ptr<Disk> World::cut_again(std::unique_ptr<Disk> disk, Outcome& outcome) {
  Machine machine(*disk, chance_, scheduler_);
  machine.power_cut_at = 1 + chance_.number(40);
  {
    Mount mount(machine, {.pid = 98, .boot = "the next boot"});
    const auto store = Store::open(mount, "/", store_options(), pool_);
  }
  if (!machine.is_off) return disk;
  ++outcome.second_power_cuts;
  return disk->after_power_cut(chance_);
}

void World::crash(Outcome& outcome) {
  outcome.power_cuts = 1;
  outcome.crash_point = machine_.cut_in;
  std::vector<std::unique_ptr<Disk>> disks;
  for (int i = 0; i < 3; ++i)
    disks.push_back(disk_.after_power_cut(chance_));
  servers_.clear();
  for (auto& disk : disks) {
    ++outcome.crash_states;
    if (chance_.one_in(3)) disk = cut_again(std::move(disk), outcome);
    inspect(*disk, outcome, "the boot after that");
  }
}

void World::spawn_all() {
  // Every other seed is about what collection and those who rely on old blobs do to each other.
  const bool has_old_blobs = chance_.one_in(2);
  if (has_old_blobs) store_all_long_ago();
  for (const auto& server : servers_) {
    spawn(*server, [this](Server& s) { chance_.one_in(4) ? upload_wrongly(s) : require(s); });
    spawn(*server, [this](Server& s) { chance_.one_in(4) ? erase(s) : check_out(s); });
    spawn(*server, [this](Server& s) { chance_.one_in(4) ? unpin(s) : pin(s); });
    if (has_old_blobs) continue;
    spawn(*server, [this](Server& s) { upload(s); });
    spawn(*server, [this](Server& s) { upload_in_parts(s); });
  }
  decide();
  scheduler_.spawn([this] {
    for (std::size_t i = 0; i < 2 * kActions && lives(); ++i)
      collect();
  });
  scheduler_.spawn([this] {
    // At any moment of the others' work, not all at its beginning.
    for (std::size_t i = 0; i < 30 * kActions && lives(); ++i) {
      if (chance_.one_in(8)) let_time_pass();
      if (chance_.one_in(12)) link_by_hand();
      if (chance_.one_in(12)) render();
      if (chance_.one_in(60)) forbid();
      scheduler_.yield();
    }
  });
}

Outcome World::run() {
  Outcome outcome;
  start_servers();
  if (violations_.empty()) {
    spawn_all();
    scheduler_.run();
  }
  outcome.violations = violations_;
  outcome.schedule = scheduler_.fingerprint();
  outcome.calls = machine_.calls;
  outcome.faults = machine_.faults;
  outcome.lost_answers = machine_.lost_answers;
  outcome.late_looks = machine_.late_looks;
  outcome.promises = promises_.count();
  machine_.power_cut_at = 0;
  machine_.mistake = Mistake::none;
  if (machine_.is_off) {
    crash(outcome);
  } else {
    servers_.clear();
    inspect(disk_, outcome, "boot");
  }
  return outcome;
}

}  // namespace

StoreOptions store_options() {
  StoreOptions options;
  // The same steps as `group`, whose flushes come from threads of their own.
  options.durability = Durability::full;
  options.mark_lease = kMinAge / 2;
  options.housekeeping = std::chrono::milliseconds(0);
  // Small, so that segments are used again.
  options.journal.segments = 2;
  options.journal.bytes = 2 * 4 * journal::kPage;
  return options;
}

GcOptions gc_options() {
  GcOptions options;
  options.max_age = std::chrono::seconds(0);
  options.min_age = kMinAge;
  options.grace = kGrace;
  return options;
}

Outcome run_seed(const Plan& plan) {
  return World(plan).run();
}

}  // namespace shaman::sim
