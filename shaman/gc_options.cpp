// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc_options.hpp"

#include "duration.hpp"

namespace shaman::program {

void add_gc_policies(CLI::App& app, const std::string& prefix, GcOptions& options) {
  const auto add_bytes = [&](const std::string& name, std::uint64_t& value,
                             const std::string& help) {
    app.add_option(prefix + name, value, help)
        ->transform(CLI::AsSizeValue(false))
        ->type_name("BYTES")
        ->capture_default_str();
  };
  add_duration(app, prefix + "max-age", options.max_age,
               "Collect unused files that were not asked for in this long");
  add_duration(app, prefix + "min-age", options.min_age,
               "Collect nothing younger, whatever else asks for it; the same for all servers of a"
               " storage");
  add_duration(app, prefix + "grace", options.grace,
               "How long a collected file stays in the trash, from which it can come back");
  add_bytes("max-store-size", options.max_store_size,
            "Collect the least recently used of the unused files beyond this; 0: no limit");
  add_bytes("min-free", options.min_free_space,
            "The same while less than this is free on the storage; 0: no limit");
  app.add_option(prefix + "min-free-inodes", options.min_free_inodes,
                 "The same for the file system's inodes; 0: no limit")
      ->type_name("COUNT")
      ->capture_default_str();
}

}  // namespace shaman::program
