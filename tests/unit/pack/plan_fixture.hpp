// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include "shaman/pack/plan.hpp"

#include "temporary_folder.hpp"

namespace shaman::pack {

/// A project `proj` and folders beside it, and a trace that is said to have been made of them.
class MakePlan : public ::testing::Test {
 protected:
  MakePlan() {
    trace.blendfile = file("proj/scene.blend");
    options.project = path("proj");
  }

  [[nodiscard]] std::string path(const std::string& below) const { return folder.path(below); }
  std::string file(const std::string& below) const { return folder.write(below, below); }

  // False where links cannot be made: on Windows by the compiler's library.
  [[nodiscard]] bool link(const std::string& target, const std::string& below) const {
    using shaman::test::TemporaryFolder;
    std::error_code error;
    const auto at = TemporaryFolder::path_of(path(below));
    std::filesystem::create_directories(at.parent_path());
    const auto to = TemporaryFolder::path_of(path(target));
    if (std::filesystem::is_directory(to)) {
      std::filesystem::create_directory_symlink(to, at, error);
    } else {
      std::filesystem::create_symlink(to, at, error);
    }
    return !error;
  }

  // `from` is a .blend; files are made where they are missing.
  trace::Dependency& add(const std::string& from, trace::Kind kind, const std::string& stored,
                         const std::string& resolved, const std::vector<std::string>& files) {
    trace::Dependency dependency;
    dependency.kind = kind;
    dependency.blend = path(from);
    dependency.data_block = "Thing \"" + stored + "\"";
    dependency.stored = stored;
    dependency.field = {offset += 2000, 1024};
    dependency.resolved = path(resolved);
    for (const std::string& name : files)
      dependency.files.push_back(file(name));
    trace.dependencies.push_back(std::move(dependency));
    return trace.dependencies.back();
  }
  trace::Dependency& add(trace::Kind kind, const std::string& stored, const std::string& resolved) {
    return add("proj/scene.blend", kind, stored, resolved, {resolved});
  }

  void plan_it() {
    result<Plan> made = make_plan(trace, options);
    ASSERT_TRUE(made) << made.error().message();
    plan = std::move(*made);
    const auto by_place = [](const PlannedFile& a, const PlannedFile& b) {
      return a.place < b.place;
    };
    EXPECT_TRUE(std::is_sorted(plan.files.begin(), plan.files.end(), by_place));
  }

  // place -> source below the test's folder
  [[nodiscard]] std::map<std::string, std::string> places() const {
    std::map<std::string, std::string> out;
    for (const PlannedFile& planned : plan.files)
      out[planned.place] = planned.source.substr(folder.path().size() + 1);
    return out;
  }
  [[nodiscard]] std::vector<std::string> place_names() const {
    std::vector<std::string> out;
    for (const PlannedFile& planned : plan.files)
      out.push_back(planned.place);
    return out;
  }
  // What is rewritten: from -> to
  [[nodiscard]] std::map<std::string, std::string> rewritten(
      const std::string& place = "scene.blend") const {
    std::map<std::string, std::string> out;
    for (const PlannedFile& planned : plan.files) {
      if (planned.place != place) continue;
      for (const Patch& patch : planned.patches)
        out[patch.expected] = patch.text;
    }
    return out;
  }

  shaman::test::TemporaryFolder folder;
  trace::Trace trace;
  PlanOptions options;
  Plan plan;
  std::uint64_t offset = 0;
};

}  // namespace shaman::pack
