// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/manager/check.hpp"

#include <charconv>
#include <filesystem>
#include <utility>

#include <unistd.h>

#include "shaman/text.hpp"

namespace shaman::manager {
namespace {

namespace files = std::filesystem;
using text::in_quotes;

constexpr int kMajor = 3;
// From this minor version on jobs know their checkouts, and jobs can be deleted.
constexpr int kFirstMinor = 2;

// A folder of the store's own into which everybody may write, while it lives.
class Probe {
 public:
  explicit Probe(const std::string& storage)
      : name_(".shaman/probe-" + std::to_string(::getpid())), folder_(storage + "/" + name_) {
    std::error_code error;
    is_made_ = files::create_directory(folder_, error) && !error;
    if (is_made_) files::permissions(folder_, files::perms::all, error);
  }
  ~Probe() {
    std::error_code ignored;  // an empty folder that stays harms nobody
    if (is_made_) files::remove_all(folder_, ignored);
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  [[nodiscard]] bool is_made() const noexcept { return is_made_; }
  /// Below the storage.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  const std::string name_;
  const std::string folder_;
  bool is_made_ = false;
};

int take_number(std::string_view& text) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc() ? number : -1;
}

Finding look_at_version(const Version& version) {
  std::string_view rest = version.short_version;
  const int major = take_number(rest);
  if (rest.starts_with('.')) rest.remove_prefix(1);
  const int minor = take_number(rest);
  const std::string is = "the Manager is version " + text::printable(version.short_version);
  if (major != kMajor)
    return {true, is + "; this server knows version 3 of its protocol: use a Manager 3.x"};
  if (minor >= 0 && minor < kFirstMinor)
    return {true, is + "; before 3.2 a job does not know its checkout, which is never erased with "
                       "it: use a newer Manager"};
  return {false, is};
}

Finding look_at_shaman(const Configuration& configuration, Position position) {
  if (configuration.is_first_run)
    return {true,
            "the Manager has not been set up yet: open its address in a browser, and choose the "
            "shared storage"};
  if (configuration.storage.is_shaman_enabled) return {false, "its Shaman is on"};
  if (position == Position::front)
    return {false,
            "its own Shaman is off: this server says in its place that there is one, and erases "
            "checkouts whose jobs are gone. Simpler is `shaman: {enabled: true, garbageCollect: "
            "{period: 0s}}` in flamenco-manager.yaml"};
  return {true,
          "its Shaman is off, so it sends no artist here, and {jobs} leads elsewhere: set `shaman: "
          "{enabled: true, garbageCollect: {period: 0s}}` in flamenco-manager.yaml, and restart "
          "it"};
}

// Go writes durations as 24h0m0s; none of the digits of nothing is another one than 0.
bool is_never(const std::string& period) {
  return period.find_first_of("123456789") == std::string::npos;
}

Finding look_at_collection(const Configuration& configuration,
                           const result<ConfigurationFile>& file) {
  if (!configuration.storage.is_shaman_enabled) return {false, "it collects no garbage of its own"};
  if (!file)
    return {true, "whether the Manager collects garbage cannot be read (" + file.error().message() +
                      "): see to it that flamenco-manager.yaml has `garbageCollect: {period: 0s}`"};
  if (is_never(file->collection_period)) return {false, "its own garbage collection is off"};
  return {true, "its own garbage collection is on (every " +
                    text::printable(file->collection_period) +
                    "), and does not know which files are just being sent here: set `shaman: "
                    "{garbageCollect: {period: 0s}}` in flamenco-manager.yaml, and restart it"};
}

Finding look_at_storage(Manager& manager, const Configuration& configuration,
                        const std::string& storage) {
  const std::string its = configuration.storage.root();
  const std::string both =
      "the Manager's storage is " + in_quotes(its) + ", this server's " + in_quotes(storage);
  const Probe probe(storage);
  if (!probe.is_made())
    return {true, both +
                      "; whether they are the same cannot be tried, as nothing can be written "
                      "to " +
                      text::printable(storage) + "/.shaman"};
  const auto usable = manager.check_folder(its + "/" + probe.name());
  if (usable && usable->is_usable) return {false, both + ": they are the same folder"};
  if (usable)
    return {true, both + ", and the Manager does not find there what this server puts into it (" +
                      text::printable(usable->cause) +
                      "): give both the same storage, which the Manager can write to"};
  if (its == storage)
    return {false, both + "; whether that is the same folder cannot be tried (" +
                       usable.error().message() + ")"};
  return {true, both + "; whether they are the same cannot be tried (" + usable.error().message() +
                    "): see to it that they are"};
}

}  // namespace

result<std::vector<Finding>> check_manager(Manager& manager, const std::string& storage,
                                           Position position) {
  const auto version = manager.version();
  if (!version) return version.error();
  const auto configuration = manager.configuration();
  if (!configuration) return configuration.error();
  std::vector<Finding> findings{look_at_version(*version),
                                look_at_shaman(*configuration, position)};
  if (configuration->is_first_run) return findings;
  findings.push_back(look_at_collection(*configuration, manager.configuration_file()));
  if (!storage.empty()) findings.push_back(look_at_storage(manager, *configuration, storage));
  return findings;
}

}  // namespace shaman::manager
