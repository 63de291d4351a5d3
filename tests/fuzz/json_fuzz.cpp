// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON of requirements and create, up to the plan of a checkout.
#include <cstdlib>
#include <cstring>
#include <string>

#include "checkout/path_rules.hpp"
#include "fuzz_target.hpp"
#include "protocol/files_request.hpp"

using namespace shaman;

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
    for (std::size_t i = 0; i < request->files.size(); ++i)
      static_cast<void>(path_rules::check_file_path(request->files[i].path));
    static_cast<void>(path_rules::checkout_path(request->checkout_path));
  }
  return 0;
}
