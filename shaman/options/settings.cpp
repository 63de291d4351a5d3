// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/settings.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <set>
#include <utility>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

#include "config/sources.hpp"
#include "exit_status.hpp"

namespace shaman::program {
namespace {

constexpr const char* kFileVariable = "SHAMAN_CONFIG";

// Variables of the client (docs/artists.md) and of the tests.
const std::vector<std::string>& variables_of_others() {
  static const std::vector<std::string> kNames{
      kFileVariable,  "SHAMAN_SERVER", "SHAMAN_TOKEN", "SHAMAN_TOKEN_FILE", "SHAMAN_CA",
      "SHAMAN_CACHE", "SHAMAN_CORPUS", "SHAMAN_BUILD", "SHAMAN_SOURCE",     "SHAMAN_PROGRAM"};
  return kNames;
}

void add(Loaded& loaded, std::vector<config::Assignment> assignments, config::Problems problems) {
  std::ranges::move(loaded.table.rename(assignments), std::back_inserter(loaded.warnings));
  for (auto& problem : loaded.table.apply(assignments))
    problems.push_back(std::move(problem));
  std::stable_sort(problems.begin(), problems.end(),
                   [](const auto& one, const auto& other) { return one.line < other.line; });
  std::move(problems.begin(), problems.end(), std::back_inserter(loaded.problems));
  std::move(assignments.begin(), assignments.end(), std::back_inserter(loaded.assignments));
}

// The files one by one, so that all unusable ones are reported.
void open_access(Loaded& loaded) {
  const auth::AccessOptions& all = loaded.options->access;
  const auto open = [&](const auth::AccessOptions& access) {
    auto opened = auth::Access::open(access);
    if (!opened) loaded.problems.push_back({"", opened.error().message()});
    return opened;
  };
  const std::size_t before = loaded.problems.size();
  auth::AccessOptions tokens;
  tokens.token_file = all.token_file;
  static_cast<void>(open(tokens));
  for (const auto& key : all.jwt.keys) {
    auth::AccessOptions access;
    access.jwt = {{key}, "any", "any"};
    static_cast<void>(open(access));
  }
  if (!all.jwt.is_complete()) {
    auth::AccessOptions access;
    access.jwt = all.jwt;
    static_cast<void>(open(access));
  }
  if (loaded.problems.size() > before) return;
  if (auto access = open(all)) loaded.options->server.access = *std::move(access);
}

// The certificate and access files that the options name.
void load_credentials(Loaded& loaded) {
  Options& options = *loaded.options;
  if (options.access.is_on()) open_access(loaded);
  if (options.tls.is_on()) {
    auto identity = tls::ServerIdentity::load(options.tls);
    if (identity) options.server.tls = *std::move(identity);
    for (const Error& fault : tls::ServerIdentity::faults_of(options.tls))
      loaded.problems.push_back({"", fault.message()});
  } else if (!options.tls.key.empty() || !options.tls.client_ca.empty()) {
    loaded.problems.push_back(
        {"", "tls.key and tls.client-ca have no effect without tls.certificate; set it as well"});
  }
  if (!options.access.certificates.empty() && options.tls.client_ca.empty())
    loaded.problems.push_back(
        {"auth.client-certificates",
         "requires tls.client-ca, the CA that signs the client certificates"});
}

void refuse_loop(Loaded& loaded, const std::string& key,
                 const std::optional<proxy::ManagerAddress>& manager) {
  const Options& options = *loaded.options;
  if (!manager) return;
  if (auto good = proxy::refuse_own_address(*manager, options.host, options.port); !good)
    loaded.problems.push_back({key, good.error().message()});
}

// Options that have no effect, or do one thing twice.
void refuse_contradictions(Loaded& loaded) {
  const Options& options = *loaded.options;
  if (options.manager && options.manager_api)
    loaded.problems.push_back({"manager-api",
                               "cannot be combined with manager, which already queries the Manager "
                               "for its jobs; remove one of them"});
  if (options.old_checkouts.max_age.count() == 0) return;
  if (!options.asked_manager().empty())
    loaded.problems.push_back(
        {"checkout.max-age",
         "cannot be combined with a Manager: checkouts then expire with their jobs, or after "
         "checkout.orphan-age if they never had one; remove this option, or set it to 0"});
  else if (options.checkout_check_interval.count() == 0)
    loaded.problems.push_back(
        {"checkout.max-age",
         "has no effect while checkout.check-interval is 0; set that to an interval, e.g. 10m"});
}

std::string shown(const config::Values& values) {
  const std::string all = text::listed(values);
  return all.empty() ? "nothing" : text::printable(all);
}

}  // namespace

void Sources::find_file() {
  const char* const named = std::getenv(kFileVariable);
  if (file.empty() && named != nullptr) file = named;
}

Loaded load(const Sources& sources) {
  Loaded loaded;
  loaded.options = std::make_shared<Options>();
  loaded.table = table_of(*loaded.options);
  if (!sources.file.empty()) {
    auto given = config::read_file(loaded.table, sources.file);
    loaded.is_read = given.is_read;
    add(loaded, std::move(given.assignments), std::move(given.problems));
  }
  // The unreadable file may contain the missing options.
  if (!loaded.is_read) return loaded;
  auto given = config::read_environment(loaded.table, variables_of_others());
  add(loaded, std::move(given.assignments), std::move(given.problems));
  add(loaded, sources.command_line, loaded.table.contradictions(sources.command_line));
  if (sources.needs_storage && loaded.options->storage.empty() && !loaded.has_problem("storage"))
    loaded.problems.push_back({"",
                               "no storage folder given; use --storage DIR, SHAMAN_STORAGE or "
                               "storage: DIR in a configuration file"});
  complete(*loaded.options);
  if (sources.needs_storage) {
    load_credentials(loaded);
    refuse_loop(loaded, "manager", loaded.options->manager);
    refuse_loop(loaded, "manager-api", loaded.options->manager_api);
    refuse_contradictions(loaded);
  }
  return loaded;
}

void examine(Loaded& loaded) {
  if (!loaded.is_read) return;
  std::set<std::string> given;
  for (const config::Assignment& assignment : loaded.assignments)
    given.insert(assignment.key);
  // A malformed Manager counts as given.
  if (loaded.has_problem("manager") || loaded.has_problem("manager-api"))
    std::erase_if(given, [](const std::string& key) { return key.starts_with("checkout."); });
  loaded.add(check_options(*loaded.options, given));
}

bool Loaded::has_problem(std::string_view key) const {
  return std::ranges::any_of(problems,
                             [&](const config::Problem& each) { return each.key == key; });
}

// A malformed option has its default, which needs no report.
void Loaded::add(Findings found) {
  const auto is_said = [this](const config::Problem& each) {
    return !each.origin.empty() && has_problem(each.origin);
  };
  std::erase_if(found.errors, is_said);
  std::erase_if(found.warnings, is_said);
  std::ranges::move(found.errors, std::back_inserter(problems));
  std::ranges::move(found.warnings, std::back_inserter(warnings));
}

namespace {

// The option of a problem without a place: its origin, or the text before the colon.
std::string option_of(const config::Problem& problem) {
  return problem.origin.empty() ? problem.text.substr(0, problem.text.find(": ")) : problem.origin;
}

}  // namespace

void Loaded::place() {
  std::map<std::string, const config::Assignment*> last;  // the one in force
  for (const config::Assignment& given : assignments)
    last[given.key] = &given;
  for (config::Problems* const all : {&problems, &warnings})
    for (config::Problem& problem : *all) {
      const auto given = problem.line > 0 ? last.end() : last.find(option_of(problem));
      if (given == last.end() || given->second->line == 0) continue;
      problem.text = problem.message();
      problem.origin = given->second->origin;
      problem.line = given->second->line;
    }
}

void warn(const config::Problems& warnings) {
  for (const config::Problem& warning : warnings)
    std::fprintf(stderr, "shaman-server: warning: %s\n",
                 text::printable(warning.message()).c_str());
}

int complain(const config::Problems& problems, const std::string& command) {
  for (const config::Problem& problem : problems)
    std::fprintf(stderr, "shaman-server: %s\n", text::printable(problem.message()).c_str());
  std::fprintf(stderr, "Run `%s --help` for help.\n", command.c_str());
  return kCommandUsage;
}

Settings::Settings(Sources sources, Loaded loaded)
    : sources_(std::move(sources)),
      in_force_(loaded.table.values()),
      options_(std::move(loaded.options)) {}

std::shared_ptr<const Options> Settings::current() const {
  const std::lock_guard lock(mutex_);
  return options_;
}

std::shared_ptr<Options> Settings::read_again() {
  Loaded loaded = load(sources_);
  examine(loaded);
  loaded.place();
  for (const config::Problem& warning : loaded.warnings)
    spdlog::warn("configuration: {}", text::printable(warning.message()));
  for (const config::Problem& problem : loaded.problems)
    spdlog::error("configuration: {}", text::printable(problem.message()));
  if (!loaded.problems.empty()) {
    spdlog::error("the configuration is unchanged; fix the errors above and send SIGHUP again");
    return nullptr;
  }
  std::size_t changes = 0;
  for (const auto& [key, values] : loaded.table.values()) {
    config::Values& before = in_force_[key];
    if (values == before) continue;
    ++changes;
    const config::Option& option = *loaded.table.find(key);
    if (option.reload == config::Reload::live) {
      spdlog::info("configuration: {} is now {}; it was {}", key, shown(values), shown(before));
      before = values;
    } else {
      spdlog::warn("configuration: {} remains {}; restart the server to change it to {}", key,
                   shown(before), shown(values));
      // The former value was valid. Options that were not given are checked only once, at the
      // start.
      if (!before.empty()) (void)option.set(before);
    }
  }
  complete(*loaded.options);
  if (changes == 0) spdlog::info("configuration: reloaded; no option has changed");
  return std::move(loaded.options);
}

void Settings::swap(std::shared_ptr<const Options> options) {
  const std::lock_guard lock(mutex_);
  options_ = std::move(options);
}

}  // namespace shaman::program
