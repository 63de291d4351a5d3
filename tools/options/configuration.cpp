// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/configuration.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "shaman/client/server.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "config/sources.hpp"
#include "options/value_checks.hpp"

namespace shaman::tools {
namespace {

constexpr const char* kFileVariable = "SHAMAN_CLIENT_CONFIG";
constexpr const char* kFlamencoVariable = "FLAMENCO_MANAGER_URL";

using config::Option;
using config::Reload;
using config::Values;

std::string variable(const char* name) {
  return std::string(text::trimmed(os::environment(name).value_or("")));
}

// The platform's folder for configuration.
std::string default_file() {
#if defined(_WIN32)
  const std::string roaming = variable("APPDATA");
  const std::string folder =
      roaming.empty() ? os::join(os::home_folder(), "AppData/Roaming") : os::absolute(roaming);
#else
  const std::string configured = variable("XDG_CONFIG_HOME");
  const std::string folder =
      configured.starts_with('/') ? configured : os::join(os::home_folder(), ".config");
#endif
  return os::join(os::join(folder, "shaman"), "config.yaml");
}

// Files would be sent although they seem private: no shell expands text in a file.
result<void> refuse_useless_pattern(const std::string& pattern) {
  for (const char* begin : {"~", "./", "../", ".\\", "..\\"})
    if (pattern.starts_with(begin))
      return Error{errc::invalid_argument,
                   "the pattern " + text::in_quotes(pattern) + " begins with " + begin +
                       ", which has no meaning here; write an absolute path, such as "
                       "/home/anna/clients/**, or begin with the name of a folder"};
  return {};
}

result<void> accept_any(const std::string& /*entry*/) {
  return {};
}

Option list_of(std::string key, std::string type, std::string text, std::string example,
               std::vector<std::string>& values,
               result<void> (*check)(const std::string&) = accept_any) {
  Option option;
  option.key = std::move(key);
  option.type = std::move(type);
  option.text = std::move(text);
  option.reload = Reload::live;
  option.is_list = true;
  option.example = std::move(example);
  option.set = [&values, check](const Values& given) -> result<void> {
    for (const std::string& each : given) {
      if (text::trimmed(each).empty())
        return Error{errc::invalid_argument, "an entry of the list is empty"};
      if (const result<void> fits = check(each); !fits) return fits;
    }
    values = given;
    return {};
  };
  option.get = [&values] { return values; };
  return option;
}

// Paths in the configuration do not depend on the working folder.
result<void> refuse_relative(const std::string& key, const std::string& path,
                             const Origin& origin) {
  if (path.empty() || origin.is_variable || os::is_absolute(path)) return {};
  return Error{errc::invalid_argument, origin.text + ": " + key + ": " + text::in_quotes(path) +
                                           " must be an absolute path"};
}

}  // namespace

Configuration::Configuration() {
  table_.section("Server");
  table_
      .text("server", server, "URL", "Address of the server or of the Flamenco Manager",
            Reload::live)
      .example = "http://manager.local:8080";
  table_
      .text("token-file", token_file, "FILE", "File with the token, if the server asks for one",
            Reload::live)
      .example = "/home/anna/.config/shaman/token";
  table_
      .text("ca", ca, "FILE",
            "For https: PEM file with certificates to trust in addition to this machine's",
            Reload::live)
      .example = "/etc/ssl/farm-ca.pem";
  table_.section("Submission");
  table_.rate("limit-rate", limit_rate, "Limit of the upload rate in bytes per second; 0: none",
              Reload::live, kHighestRate);
  table_.custom(list_of("project-marks", "NAME",
                        "Names of files and folders that mark the top folder of a project, besides "
                        ".git, .shaman-project and the like",
                        "[.studio-project]", project_marks));
  table_.custom(list_of("private", "GLOB",
                        "Files that are never sent unless --allow-outside matches them, wherever "
                        "they are (*, ?, **)",
                        "['/mnt/clients/secret/**']", private_files, refuse_useless_pattern));
}

void Configuration::take_flamenco_variable() {
  const std::string url = variable(kFlamencoVariable);
  if (!url.empty()) given_.push_back({"server", {url}, kFlamencoVariable});
}

void Configuration::load() {
  const std::string named = variable(kFileVariable);
  file_ = named.empty() ? default_file() : os::absolute(named);
  has_file_ = !named.empty() || os::info(file_).has_value();
  config::Problems problems;
  if (has_file_) {
    config::Given file = config::read_file(table_, file_);
    given_ = std::move(file.assignments);
    problems = std::move(file.problems);
  }
  take_flamenco_variable();
  // Other variables with the prefix may be the server's.
  config::Given environment = config::read_environment(table_, {});
  std::erase_if(environment.assignments, [](const config::Assignment& each) {
    return each.values.empty() || text::trimmed(each.values.front()).empty();
  });
  std::ranges::move(environment.assignments, std::back_inserter(given_));
  std::ranges::move(table_.apply(given_), std::back_inserter(problems));
  for (const auto& [key, path] : {std::pair("token-file", &token_file), std::pair("ca", &ca)})
    if (const auto fits = refuse_relative(key, *path, origin(key)); !fits)
      problems.push_back({"", fits.error().message()});
  if (limit_rate != 0 && limit_rate < kLowestRate)
    problems.push_back(
        {origin("limit-rate").text, "limit-rate is less than 1K (bytes per second)"});
  std::ranges::stable_sort(problems, {}, &config::Problem::line);
  for (const config::Problem& problem : problems)
    problems_.push_back(problem.message());
}

result<void> Configuration::usable() const {
  if (problems_.empty()) return {};
  std::string all;
  for (const std::string& problem : problems_)
    all += (all.empty() ? "" : "\n") + problem;
  return Error{errc::invalid_argument, std::move(all)};
}

Origin Configuration::origin(const std::string& key) const {
  const auto last = std::find_if(given_.rbegin(), given_.rend(),
                                 [&](const auto& assignment) { return assignment.key == key; });
  if (last == given_.rend()) return {"default"};
  return {last->origin, last->line == 0};
}

namespace {

Configuration& instance() {
  static Configuration configuration;
  return configuration;
}

}  // namespace

const Configuration& configuration() {
  return instance();
}

void load_configuration() {
  instance().load();
}

}  // namespace shaman::tools
