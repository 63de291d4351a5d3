// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "flamenco/manager/calls.hpp"

namespace shaman {

inline manager::Answer manager_answer(unsigned status, std::string_view body) {
  manager::Answer answer;
  answer.status = status;
  answer.body = body;
  return answer;
}

}  // namespace shaman
