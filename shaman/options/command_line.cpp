// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/command_line.hpp"

#include <stdexcept>

namespace shaman::program {

void CommandLine::add(const config::Option& option, const std::string& flag,
                      const std::string& group) {
  Entry& entry = entries_.emplace_back(Entry{&option, nullptr, {}, option.key, flag});
  const std::string in_force = option.shown_default();
  const std::string text = option.text + (in_force.empty() ? "" : " [" + in_force + "]");
  entry.parsed = app_.add_option(flag, entry.values, text)
                     ->type_name(option.type)
                     ->expected(1)
                     ->allow_extra_args(false)
                     ->multi_option_policy(option.is_list ? CLI::MultiOptionPolicy::TakeAll
                                                          : CLI::MultiOptionPolicy::Throw);
  if (!group.empty()) entry.parsed->group(group);
}

// Not shown in the help.
void CommandLine::add_former(const config::Option& option) {
  Entry& entry =
      entries_.emplace_back(Entry{&option, nullptr, {}, option.former_key, option.former().flag()});
  entry.parsed =
      app_.add_option(entry.flag, entry.values)->expected(1)->allow_extra_args(false)->group("");
}

void CommandLine::add_all() {
  for (const config::Option& option : table_.options())
    add(option, option.flag(), option.section);
  for (const config::Option& option : table_.options())
    if (!option.former_key.empty()) add_former(option);
}

void CommandLine::add(const std::string& key, const std::string& flag) {
  const config::Option* const option = table_.find(key);
  if (option == nullptr) throw std::logic_error("no option " + key);
  add(*option, flag, "");
}

std::vector<config::Assignment> CommandLine::given() const {
  std::vector<config::Assignment> given;
  for (const Entry& entry : entries_)
    if (entry.parsed->count() > 0) given.push_back({entry.key, entry.values, entry.flag});
  return given;
}

}  // namespace shaman::program
