// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/manager/check.hpp"

#include <charconv>
#include <utility>

#include "shaman/text.hpp"

#include "flamenco/manager/check_storage.hpp"

namespace shaman::manager {
namespace {

constexpr int kMajor = 3;
// Managers from 3.2 on know the checkout of a job, and can delete jobs.
constexpr int kFirstMinor = 2;

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
    return {true, is + ", but this server supports version 3 only: use a Manager 3.x"};
  if (minor >= 0 && minor < kFirstMinor)
    return {true,
            is + "; before 3.2, checkouts are not erased with their jobs: use a newer Manager"};
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
            "its own Shaman is off: this server tells clients that it is on, and erases checkouts "
            "whose jobs are gone. It is simpler to set `shaman: {enabled: true, garbageCollect: "
            "{period: 0s}}` in flamenco-manager.yaml"};
  return {true,
          "its Shaman is off, so artists do not use this server, and {jobs} is another folder: set "
          "`shaman: "
          "{enabled: true, garbageCollect: {period: 0s}}` in flamenco-manager.yaml, and restart "
          "it"};
}

// Go writes durations as `24h0m0s`; in a duration of nothing, every digit is 0.
bool is_never(const std::string& period) {
  return period.find_first_of("123456789") == std::string::npos;
}

Finding look_at_collection(const Configuration& configuration,
                           const result<ConfigurationFile>& file) {
  if (!configuration.storage.is_shaman_enabled) return {false, "it collects no garbage of its own"};
  if (!file)
    return {true, "it is unknown whether the Manager collects garbage (" + file.error().message() +
                      "): make sure that flamenco-manager.yaml has `garbageCollect: {period: 0s}`"};
  if (is_never(file->collection_period)) return {false, "its own garbage collection is off"};
  return {true, "its own garbage collection is on (every " +
                    text::printable(file->collection_period) +
                    "), and may delete files that are being uploaded: set `shaman: "
                    "{garbageCollect: {period: 0s}}` in flamenco-manager.yaml, and restart it"};
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
  if (!storage.empty())
    findings.push_back(look_at_storage(manager, configuration->storage.root(), storage));
  return findings;
}

}  // namespace shaman::manager
