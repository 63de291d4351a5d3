// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON of requirements and create, whole and as a difference, up to the plan of a checkout.
#include <cstdlib>
#include <cstring>
#include <string>

#include "checkout/path_rules.hpp"
#include "fuzz_target.hpp"
#include "protocol/files_request.hpp"

using namespace shaman;

namespace {

FileList base_list() {
  FileList base;
  for (const char* const path : {"a", "b", "c/d"})
    base.add({Digest(), base.size()}, path);
  return base;
}

// Whatever the list is that comes out: it is in order, and has the digest; and its difference from
// the base leads to it again.
void try_difference(const protocol::ListDifference& difference) {
  const FileList base = base_list();
  const auto whole = protocol::apply(base, difference);
  if (whole && protocol::list_digest(*whole) != difference.result) std::abort();
  const FileList& changed = difference.changed;
  if (!protocol::is_in_order(changed)) return;
  const auto other = protocol::difference_of(base, changed);
  const auto again = protocol::apply(base, other);
  if (!again || protocol::list_digest(*again) != protocol::list_digest(changed)) std::abort();
}

}  // namespace

FUZZ_TARGET(json) {
  constexpr std::size_t kMostFiles = 100;
  for (const auto kind : {http::FilesRequestKind::requirements, http::FilesRequestKind::create}) {
    http::JsonBody body;
    http::JsonBody::Part part;
    part.memory.reset(new char[size + 1]);
    std::memcpy(part.memory.get(), data, size);
    part.length = size;
    if (size > 0) body.add(std::move(part));
    const auto request = http::read_files_request(body, kind, kMostFiles);
    if (!request) continue;
    if (request->files.size() > kMostFiles) std::abort();
    if (request->difference) try_difference(*request->difference);
    for (std::size_t i = 0; i < request->files.size(); ++i)
      static_cast<void>(path_rules::check_file_path(request->files[i].path));
    static_cast<void>(path_rules::checkout_path(request->checkout_path));
  }
  return 0;
}
