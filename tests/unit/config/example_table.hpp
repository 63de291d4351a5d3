// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

#include "config/table.hpp"

namespace shaman::config {

/// A small table as a program has it.
struct Example {
  std::string storage;
  std::uint64_t size = 1024;
  std::uint64_t files = 10;
  std::chrono::seconds max_age{7200};
  std::chrono::milliseconds timeout{1500};
  std::size_t level = 1;
  bool is_on = false;
  std::uint64_t rate = 0;
  Values places;

  Table table() {
    Table table;
    table.section("Storage");
    table.text("storage", storage, "DIR", "Where it is", Reload::restart);
    table.bytes("max-size", size, "Of one file", Reload::live, 16, 1 << 20);
    table.count("max-files", files, "In a request", Reload::live, 1, 100).former_key = "most-files";
    table.rate("rate", rate, "Per second", Reload::live, 1 << 20);
    table.section("Collection");
    table.duration("gc.max-age", max_age, "Older goes", Reload::live).former_key = "gc.age";
    table.duration("gc.timeout", timeout, "Not longer", Reload::live,
                   std::chrono::milliseconds(10));
    table.choice(
        "log-level", {"low", "high"}, "How loud", Reload::live,
        [this](std::size_t chosen) { level = chosen; }, [this] { return level; });
    table.yes_no("is-on", is_on, "Whether", Reload::live);
    Option list{.key = "places",
                .section = {},
                .type = "NAME=PATH",
                .text = "Where",
                .example = {},
                .set = {},
                .get = {}};
    list.is_list = list.is_map = true;
    list.set = [this](const Values& values) -> result<void> {
      places = values;
      return {};
    };
    list.get = [this] { return places; };
    table.custom(std::move(list));
    return table;
  }
};

}  // namespace shaman::config
