// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz_seeds FOLDER: a small file or two of each kind for every fuzz target to start from.
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "blend_encode.hpp"
#include "scene_builder.hpp"

namespace {

using shaman::test::BlendForm;

std::string scene(BlendForm form) {
  shaman::test::SceneBuilder builder;
  const std::uint64_t image = builder.image("wall", "//tex/wall.<UDIM>.png", 2);
  const std::uint64_t material = builder.material("Wall", image);
  const std::uint64_t object = builder.object("House");
  builder.slot(object, material);
  builder.library("//lib\\tree.blend");
  builder.linked("OBTree");
  return builder.bytes(form);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path root = argv[1];
  const auto write = [&](const std::string& target, const std::string& name,
                         const std::string& bytes) {
    std::filesystem::create_directories(root / target);
    std::ofstream(root / target / name, std::ios::binary) << bytes;
  };
  const std::vector<std::pair<std::string, BlendForm>> forms{
      {"plain", {8, false, false}}, {"old-big", {4, true, false}}, {"long", {8, false, true}}};
  for (const auto& [name, form] : forms) {
    const std::string blend = scene(form);
    write("header", name, blend.substr(0, 40));
    const std::size_t head = form.long_heads ? 17 : 12;
    const char first = static_cast<char>((form.pointer_size == 4 ? 1 : 0) |
                                         (form.big_endian ? 2 : 0) | (form.long_heads ? 4 : 0));
    write("blocks", name, first + blend.substr(head));
    write("sdna", name, first + blend.substr(blend.find("SDNA")));
    write("trace", name, blend);
    write("rewrite", name, std::string("\2\1\0", 3) + blend);
  }
  const std::string blend = scene({});
  const std::vector<std::pair<std::string, std::string>> packed{
      {"gzip", shaman::test::gzip(blend)},
      {"zstd", shaman::test::zstd(blend, 2000, true)},
      {"zstd-no-table", shaman::test::zstd(blend, blend.size(), false)}};
  for (const auto& [name, bytes] : packed) {
    write("compressed", name, bytes);
    write("trace", name, bytes);
    write("rewrite", name, std::string("\2\1\0", 3) + bytes);
  }
}
