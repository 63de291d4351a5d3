// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/manager/check_storage.hpp"

#include <filesystem>
#include <random>
#include <system_error>

#include "shaman/text.hpp"

namespace shaman::manager {
namespace {

namespace files = std::filesystem;
using text::in_quotes;

constexpr const char* kSetUp = "docs/admin.md has the commands";

// A folder like that of a checkout, which exists while this object lives.
class Probe {
 public:
  explicit Probe(const std::string& parent)
      : name_(".shaman-probe-" + std::to_string(std::random_device{}())),
        folder_(parent + "/" + name_) {
    is_made_ = files::create_directory(folder_, failure_) && !failure_;
  }
  ~Probe() {
    std::error_code ignored;  // an empty folder that remains does no harm
    if (is_made_) files::remove_all(folder_, ignored);
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  [[nodiscard]] bool is_made() const noexcept { return is_made_; }
  [[nodiscard]] std::string failure() const { return failure_.message(); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Lets every user write into the folder.
  void open_to_all() {
    std::error_code ignored;  // the comparison then reports a difference
    files::permissions(folder_, files::perms::all, ignored);
  }

 private:
  const std::string name_;
  const std::string folder_;
  std::error_code failure_;
  bool is_made_ = false;
};

class Comparison {
 public:
  Comparison(Manager& manager, const std::string& its, const std::string& storage)
      : manager_(manager), its_(its), storage_(storage) {}

  Finding run() {
    std::error_code ignored;  // for this user, an unreadable folder does not exist
    if (!files::is_directory(storage_, ignored)) return look_at_missing();
    const bool has_jobs = files::is_directory(storage_ + "/jobs", ignored);
    below_ = has_jobs ? "/jobs" : "";
    Probe probe(storage_ + below_);
    if (!probe.is_made())
      return wrong("this user cannot make a folder in " + in_quotes(storage_ + below_) + " (" +
                   probe.failure() +
                   "): run the server and this check as a user with write access there");
    auto usable = ask(probe.name());
    if (!usable) return not_tried(usable.error());
    if (usable->is_usable) return has_jobs ? look_at_jobs() : same();
    const std::string cause = usable->cause;
    probe.open_to_all();
    usable = ask(probe.name());
    if (!usable) return not_tried(usable.error());
    if (usable->is_usable) return may_not_erase("folders that this server makes", cause);
    return wrong("but the Manager cannot use a folder that this server makes there (" +
                 text::printable(usable->cause) +
                 "): give both the same storage, and the Manager write access to it");
  }

 private:
  // The Manager can erase a checkout only if it may also write to the jobs folder.
  Finding look_at_jobs() {
    const auto usable = manager_.check_folder(its_ + below_);
    if (!usable) return not_tried(usable.error());
    return usable->is_usable ? same() : may_not_erase("the jobs folder", usable->cause);
  }

  [[nodiscard]] result<FolderCheck> ask(const std::string& name) {
    return manager_.check_folder(its_ + below_ + "/" + name);
  }

  [[nodiscard]] std::string both() const {
    return "the Manager's storage is " + in_quotes(its_) + ", this server's " + in_quotes(storage_);
  }
  [[nodiscard]] Finding wrong(const std::string& what) const {
    return {true, both() + ", " + what};
  }
  [[nodiscard]] Finding same() const {
    return {false,
            both() + ": they are the same folder, and the Manager can erase checkouts in it"};
  }
  [[nodiscard]] Finding may_not_erase(const std::string& where, const std::string& cause) const {
    return {true, both() +
                      ": they are the same folder, but the Manager runs as a user without "
                      "write access to " +
                      where + " (" + text::printable(cause) +
                      "), so it cannot erase a checkout when its job is deleted: run both with one "
                      "group, in set-group folders, with UMask=0002; " +
                      kSetUp};
  }
  [[nodiscard]] Finding not_tried(const Error& why) const {
    if (its_ == storage_)
      return {false,
              both() + "; whether that is the same folder cannot be tested (" + why.message() +
                  "): make sure that it is",
              true};
    return {true, both() + "; whether they are the same folder cannot be tested (" + why.message() +
                      "): make sure that they are"};
  }
  [[nodiscard]] Finding look_at_missing() const {
    const std::string missing =
        both() +
        ", which does not exist yet: the server makes it when it first starts; check "
        "again then";
    return {its_ != storage_, missing, its_ == storage_};
  }

  Manager& manager_;
  const std::string its_;
  const std::string storage_;
  std::string below_;
};

}  // namespace

Finding look_at_storage(Manager& manager, const std::string& its, const std::string& storage) {
  return Comparison(manager, its, storage).run();
}

}  // namespace shaman::manager
