// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/outside_places.hpp"

#include <algorithm>
#include <optional>

#include "shaman/digest.hpp"

#include "pack/plan/names.hpp"
#include "pack/plan/pack_paths.hpp"
#include "trace/names/name_key.hpp"

namespace shaman::pack {
namespace {

constexpr std::size_t kHashDigits = 8;
constexpr std::size_t kShortHashDigits = 4;

// A unit, or a file of the project that is already below `_outside_project`.
struct Candidate {
  Unit* unit = nullptr;  // null: fixed
  Shape shape = Shape::single;
  std::vector<std::string> components;  // of the source, as they would be in the pack
  std::size_t count = 1;                // how many of them, from the end, form the place
  std::string place;
  std::string key;  // for comparing places

  void set_place(std::string new_place) {
    place = std::move(new_place);
    key = trace::name_key(place);
  }
};

std::vector<std::string> components_in_pack(const Unit& unit) {
  std::vector<std::string> components;
  for (const std::string_view component : components_of(unit.source)) {
    std::string name = plain(component);
    // `C:` of a drive.
    std::erase(name, ':');
    components.push_back(name.empty() ? "root" : name);
  }
  if (unit.shape == Shape::single) {
    components.back() = plain(unit.name);
  } else if (components.empty()) {
    components.emplace_back("root");
  }
  return components;
}

void place_by_tail(Candidate& candidate) {
  std::string place(kOutsideFolder);
  for (std::size_t i = candidate.components.size() - candidate.count;
       i < candidate.components.size(); ++i)
    place = join_places(place, candidate.components[i]);
  candidate.set_place(std::move(place));
}

// Two units with the same relative places as on this machine do not collide.
bool is_natural(const Candidate& outer, const Candidate& inner) {
  if (outer.unit == nullptr || inner.unit == nullptr) return false;
  if (!is_within(inner.unit->source, outer.unit->source)) return false;
  const std::string rest(plain(below(inner.unit->source, outer.unit->source)));
  return inner.place == join_places(outer.place, rest);
}

class Collisions {
 public:
  explicit Collisions(const std::vector<Candidate>& candidates) : candidates_(candidates) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      at_[candidates[i].key].push_back(i);
      for (std::string_view path = folder_of(candidates[i].key); !path.empty();
           path = folder_of(path))
        below_[std::string(path)].push_back(i);
    }
  }

  std::set<std::size_t> find() const {
    std::set<std::size_t> colliding;
    const auto note = [&](std::size_t outer, std::size_t inner) {
      if (is_natural(candidates_[outer], candidates_[inner])) return;
      colliding.insert(outer);
      colliding.insert(inner);
    };
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      for (const std::size_t other : at_.at(candidates_[i].key)) {
        if (other != i && !is_natural(candidates_[other], candidates_[i])) note(i, other);
      }
      const auto inside = below_.find(candidates_[i].key);
      if (inside == below_.end()) continue;
      for (const std::size_t other : inside->second) {
        if (disturbs(candidates_[i], candidates_[other])) note(i, other);
      }
    }
    return colliding;
  }

 private:
  // Whether `inner` must not be below the place of `outer`, where it is.
  static bool disturbs(const Candidate& outer, const Candidate& inner) {
    if (outer.shape != Shape::pattern) return true;
    return inner.shape == Shape::single && folder_of(inner.key) == outer.key;
  }

  const std::vector<Candidate>& candidates_;
  std::unordered_map<std::string, std::vector<std::size_t>> at_;
  std::unordered_map<std::string, std::vector<std::size_t>> below_;
};

// Lengthens the tails of colliding places until none collides, all at once in each round, so that
// the order does not matter. Places that cannot be lengthened remain colliding.
std::set<std::size_t> lengthen(std::vector<Candidate>& candidates) {
  while (true) {
    std::set<std::size_t> colliding = Collisions(candidates).find();
    bool changed = false;
    for (const std::size_t i : colliding) {
      Candidate& candidate = candidates[i];
      if (candidate.unit == nullptr || candidate.count == candidate.components.size()) continue;
      ++candidate.count;
      place_by_tail(candidate);
      changed = true;
    }
    if (!changed) return colliding;
  }
}

// A short unique name, made from the unit's path.
std::string hashed_place(const Unit& unit, const std::set<std::string>& used) {
  const bool beside = unit.length == Unit::Length::beside;
  const std::string folder = beside ? unit.beside : std::string(kOutsideFolder);
  const std::string hash = Sha256::of(unit.source + '/' + unit.name).hex();
  for (std::size_t digits = beside ? kShortHashDigits : kHashDigits; digits < hash.size();
       ++digits) {
    std::string place = join_places(folder, std::string_view(hash).substr(0, digits));
    const bool is_file = unit.shape == Shape::single;
    if (is_file && unit.keep_name) place = join_places(place, plain(unit.name));
    if (is_file && !unit.keep_name) place += plain(extension_of(unit.name));
    const std::string key = trace::name_key(place);
    const bool is_used = std::any_of(used.begin(), used.end(), [&](const std::string& other) {
      return is_within(other, key) || is_within(key, other);
    });
    if (!is_used) return place;
  }
  return join_places(folder, hash);
}

}  // namespace

void assign_places(std::vector<Unit>& units, const std::set<std::string>& taken) {
  std::vector<Candidate> candidates;
  for (Unit& unit : units) {
    if (unit.length != Unit::Length::tail) continue;
    Candidate candidate{&unit, unit.shape, components_in_pack(unit), 1, {}, {}};
    place_by_tail(candidate);
    candidates.push_back(std::move(candidate));
  }
  std::set<std::string> used;
  for (const std::string& place : taken) {
    used.insert(trace::name_key(place));
    if (!is_within(place, kOutsideFolder)) continue;
    Candidate fixed;
    fixed.set_place(place);
    candidates.push_back(std::move(fixed));
  }
  const std::set<std::size_t> colliding = lengthen(candidates);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate& candidate = candidates[i];
    if (candidate.unit == nullptr) continue;
    if (colliding.contains(i)) {
      candidate.unit->length = Unit::Length::hashed;
    } else {
      candidate.unit->place = candidate.place;
      used.insert(candidate.key);
    }
  }
  std::vector<Unit*> short_ones;
  for (Unit& unit : units) {
    if (unit.length != Unit::Length::tail) short_ones.push_back(&unit);
  }
  std::sort(short_ones.begin(), short_ones.end(), [](const Unit* a, const Unit* b) {
    return std::tie(a->source, a->name, a->beside) < std::tie(b->source, b->name, b->beside);
  });
  for (Unit* unit : short_ones) {
    unit->place = hashed_place(*unit, used);
    used.insert(trace::name_key(unit->place));
  }
}

}  // namespace shaman::pack
