// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace shaman::text {
namespace {

constexpr std::size_t kLongestWord = 64;

std::string bare(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
  std::string out(word.substr(0, kLongestWord));
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return out;
}

// Letters to insert, remove or replace, or neighbours to swap (optimal string alignment).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + other});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  const std::string wanted = bare(word);
  std::string best;
  // Of two words that were cut off alike, the one with fewer letters missing.
  std::pair least{kLongestWord, kLongestWord};
  for (const std::string& candidate : candidates) {
    const std::string name = bare(candidate);
    const std::size_t letters = std::max(wanted.size(), name.size());
    // A word that was only cut off is near, however much is missing.
    const bool is_beginning = wanted.size() >= 3 && name.starts_with(wanted);
    const std::size_t changes = is_beginning ? 1 : distance(wanted, name);
    const std::pair cost{changes, letters};
    if (changes > (letters + 1) / 3 || cost >= least) continue;
    least = cost;
    best = candidate;
  }
  return best;
}

}  // namespace shaman::text
