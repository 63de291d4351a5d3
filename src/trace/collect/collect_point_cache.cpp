// SPDX-License-Identifier: GPL-3.0-or-later
// Point caches on disk: their place follows from the .blend's and the object's names.
#include <array>

#include "trace/collect/collect.hpp"

namespace shaman::trace {
namespace {

// PTCACHE_* of DNA_object_force_types.h.
enum : std::int64_t {
  kBaked = 1 << 0,
  kOnDisk = 1 << 6,
  kExternal = 1 << 9,
  kIgnoreLibraryPath = 1 << 11,
};

std::string hex(unsigned byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {kDigits[byte >> 4], kDigits[byte & 0xF]};
}

// Each byte as two digits. For bytes above 0x7F, where char is signed, Blender 4.0 and later writes
// all digits of the widened int, earlier versions only the first two; where char is unsigned, the
// two right ones.
std::vector<std::string> names_of(std::string_view object) {
  std::array<std::string, 3> names;
  bool plain = true;
  for (const char c : object) {
    const auto byte = static_cast<unsigned char>(c);
    const bool high = byte >= 0x80;
    plain = plain && !high;
    names[0] += high ? "FFFFFF" + hex(byte) : hex(byte);
    names[1] += high ? "FF" : hex(byte);
    names[2] += hex(byte);
  }
  if (plain) return {names[0]};
  return {names.begin(), names.end()};
}

void find_point_cache(PathCollector& collector, const blend::Record& cache) {
  const std::int64_t flag = cache.integer("flag");
  if ((flag & (kOnDisk | kExternal)) == 0) return;
  const bool external = (flag & kExternal) != 0;
  Reference reference = collector.implied(Kind::point_cache);
  if (external) {
    std::optional<Reference> found = collector.reference(Kind::point_cache, cache, {"path"});
    if (!found) return;
    reference = std::move(*found);
  }
  if ((flag & kIgnoreLibraryPath) != 0) reference.base = Base::opened;
  reference.rule = Rule::point_cache;
  reference.may_be_absent = !external && (flag & kBaked) == 0;
  reference.index = static_cast<std::int32_t>(cache.integer("index"));
  const std::string name = cache.text("name");
  if (external || !name.empty()) {
    reference.names = {name};
  } else {
    reference.names = names_of(std::string_view(collector.owner().id_name).substr(2));
  }
  collector.add(std::move(reference));
}

// All caches of the list are kept on disk, not only the one that is shown.
void find_point_caches(PathCollector& collector, const blend::Record& holder,
                       std::string_view list) {
  if (collector.owner().id_name.size() < 2) return;
  for (const blend::Record& cache : collector.list(holder, list))
    find_point_cache(collector, cache);
}

}  // namespace

void collect_particles(PathCollector& collector, const blend::Record& system) {
  constexpr std::int64_t kHair = 2;               // PART_HAIR
  constexpr std::int64_t kHairDynamics = 1 << 2;  // PSYS_HAIR_DYNAMICS
  const std::optional<blend::Record> settings = collector.follow(system, "part");
  if (settings && settings->integer("type") == kHair &&
      (system.integer("flag") & kHairDynamics) == 0)
    return;
  find_point_caches(collector, system, "ptcaches");
}

void collect_cloth(PathCollector& collector, const blend::Record& modifier) {
  find_point_caches(collector, modifier, "ptcaches");
}

void collect_smoke(PathCollector& collector, const blend::Record& domain) {
  // Blender 2.82 and later keeps the list as a dummy next to FluidDomainSettings.
  find_point_caches(collector, domain, "ptcaches");
}

void collect_shared_soft_body(PathCollector& collector, const blend::Record& shared) {
  find_point_caches(collector, shared, "ptcaches");
}

void collect_soft_body(PathCollector& collector, const blend::Record& soft_body) {
  // 2.80 on: the same list once more, for older versions.
  if (collector.leads_somewhere(soft_body, "shared")) return;
  find_point_caches(collector, soft_body, "ptcaches");
}

void collect_dynamic_paint(PathCollector& collector, const blend::Record& surface) {
  constexpr std::int64_t kImageSequence = 2;  // MOD_DPAINT_SURFACE_F_IMAGESEQ: an output
  if (surface.integer("format") == kImageSequence) return;
  find_point_caches(collector, surface, "ptcaches");
}

}  // namespace shaman::trace
