// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/parts/requirements.hpp"

#include <string>

#include "bench/benches.hpp"

namespace shaman::bench {
namespace {

std::size_t occurrences(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + word.size()))
    ++count;
  return count;
}

}  // namespace

double requirements_seconds(Context& context, std::span<const BlobId> ids,
                            std::size_t expected_missing) {
  const std::string json = files_json(ids);
  const Outcome outcome =
      context.ask(post_json(context.server, "/api/v3/shaman/checkout/requirements", json));
  const std::size_t missing = occurrences(outcome.body, "\"unknown\"");
  if (missing != expected_missing)
    throw BenchFailed("the requirements name " + std::to_string(missing) + " unknown files of " +
                      std::to_string(expected_missing));
  return outcome.seconds;
}

}  // namespace shaman::bench
