// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz_seeds FOLDER: a small file or two of each kind for every fuzz target to start from.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "blend_encode.hpp"
#include "hostile_scene.hpp"
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

// Blocks of hostile_scene.hpp: kind, how many, and the choices of their fields.
class Walk {
 public:
  Walk& block(const std::string& type, int power, const std::string& choices) {
    const auto& structs = scene_.model().structs;
    const auto at = std::find_if(structs.begin(), structs.end(),
                                 [&](const auto& other) { return other.name == type; });
    auto kind = static_cast<std::size_t>(at - structs.begin());
    if (type == "packed") ++kind;
    if (type == "nothing") kind += 2;
    bytes_ += static_cast<char>(kind);
    bytes_ += static_cast<char>(power);
    bytes_ += static_cast<char>(choices.size());
    bytes_ += choices;
    return *this;
  }
  Walk& nothing(int count) {
    for (int i = 0; i < count; ++i)
      block("nothing", 0, {});
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  shaman::fuzz::HostileScene scene_;
  std::string bytes_ = std::string(1, '\0');  // the form
};

constexpr int kForAll = 128;     // a block that all can reach
constexpr int kMany = 13;        // 8,192
const std::string kId(7, '\0');  // the choices of an ID

std::string image_with_tiles(char first) {
  return kId + std::string("\3\6\0\0\0", 5) + std::string(2, first);
}

std::vector<std::pair<std::string, std::string>> walks() {
  using namespace std::string_literals;
  std::vector<std::pair<std::string, std::string>> out;
  out.emplace_back("list-of-itself", Walk()
                                         .block("Image", 0, image_with_tiles(2))
                                         .block("ImageTile", 0, "\2"s)
                                         .nothing(300)
                                         .bytes());
  out.emplace_back("list-of-two", Walk()
                                      .block("Image", 0, image_with_tiles(2))
                                      .block("ImageTile", 0, "\3"s)
                                      .block("ImageTile", 0, "\2"s)
                                      .nothing(300)
                                      .bytes());
  Walk many;
  many.block("Image", kMany, image_with_tiles(2));
  for (char next = 3; next < 60; ++next)
    many.block("ImageTile", 0, std::string(1, next));
  out.emplace_back("many-with-one-list", many.bytes());
  out.emplace_back("strips-with-one-array", Walk()
                                                .block("Scene", 0, kId + "\2"s)
                                                .block("Editing", 0, "\3\3"s)
                                                .block("Sequence", kMany, "\0\0\0\0\0\4\0"s)
                                                .block("Strip", 0, "\5\1"s)
                                                .block("StripElem", kMany, "\1"s)
                                                .bytes());
  Walk nodes;
  nodes.block("bNodeTree", 0, kId + "\4\2\2\4\4"s);
  nodes.block("bNode", 0, "\2\0\1\3\3\3\3\1\3"s).block("bNodeSocket", 0, "\3\0\7\1\3"s);
  nodes.block("bNodeLink", 0, "\4\4\2\2\3\3"s);
  out.emplace_back("nodes-in-a-circle", nodes.bytes());
  Walk libraries;
  libraries.block("PackedFile", kForAll, "\0\0\2"s).block("packed", kForAll, {});
  for (int i = 0; i < 250; ++i)
    libraries.block("Library", 0, kId + "\1\1\0"s);
  out.emplace_back("libraries-of-one-file", libraries.bytes());
  out.emplace_back("pointers-to-pointers", Walk()
                                               .block("Object", 0, kId + "\1\1\2\0\0"s)
                                               .block("pointers", kMany, std::string(200, '\2'))
                                               .bytes());
  return out;
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
  for (const auto& [name, bytes] : walks())
    write("walk", name, bytes);
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
