// SPDX-License-Identifier: GPL-3.0-or-later
// What a client makes of a server's answers. What it has understood, our server writes the same
// way.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz_target.hpp"
#include "http/client/answer_text.hpp"
#include "protocol/batch.hpp"
#include "protocol/requirements_answer.hpp"
#include "protocol/wire.hpp"

using namespace shaman;

namespace {

bool is_equal(const client::Required& one, const client::Required& other) {
  return one.id == other.id && one.status == other.status;
}

void requirements(std::string_view json) {
  const auto read = client::read_requirements(json);
  if (!read) return;
  FileList files;
  std::vector<BlobStatus> statuses;
  for (const client::Required& each : *read) {
    files.add(each.id, "file");
    statuses.push_back(each.status);
  }
  http::RequirementsAnswer answer(files, statuses);
  std::string again;
  while (answer.produce(again)) {
  }
  const auto reread = client::read_requirements(again);
  if (!reread || reread->size() != read->size()) std::abort();
  for (std::size_t i = 0; i < read->size(); ++i)
    if (!is_equal((*reread)[i], (*read)[i])) std::abort();
}

void batch(std::string_view json) {
  const auto read = protocol::read_batch_answer(json);
  const auto reread = protocol::read_batch_answer(protocol::batch_answer(read));
  if (reread.size() != read.size()) std::abort();
  for (std::size_t i = 0; i < read.size(); ++i)
    if (reread[i].id != read[i].id || reread[i].status != read[i].status) std::abort();
}

}  // namespace

FUZZ_TARGET(answers) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  requirements(json);
  batch(json);
  static_cast<void>(client::read_checkout_path(json));
  static_cast<void>(client::read_status(json));
  static_cast<void>(client::read_offset(json));
  static_cast<void>(client::read_message(json));
  static_cast<void>(client::is_page(json));
  return 0;
}
