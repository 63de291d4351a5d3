// SPDX-License-Identifier: GPL-3.0-or-later
// What both sides make of a Manager's answers. A job that was understood is understood again as it
// was.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "flamenco/manager/calls.hpp"
#include "fuzz_target.hpp"

using namespace shaman;

namespace {

template <class T>
result<T> decoded(const manager::Call<T>& call, const std::string& body) {
  manager::Answer answer;
  // Refused, understood, and what older Managers and those in between say.
  for (const unsigned status : {204U, 302U, 400U, 404U, 412U, 500U}) {
    answer.status = status;
    answer.body = body;
    if (const auto told = call.decode(answer); !told && told.error().message().empty())
      std::abort();
  }
  answer.status = 200;
  return call.decode(answer);
}

bool is_equal(const manager::Job& one, const manager::Job& other) {
  return one.id == other.id && one.name == other.name && one.status == other.status &&
         one.priority == other.priority && one.whole == other.whole;
}

}  // namespace

FUZZ_TARGET(manager) {
  namespace calls = manager::calls;
  const std::string body(reinterpret_cast<const char*>(data), size);
  static_cast<void>(decoded(calls::version(), body));
  static_cast<void>(decoded(calls::configuration(), body));
  static_cast<void>(decoded(calls::configuration_file(), body));
  static_cast<void>(decoded(calls::check_folder(body), body));
  static_cast<void>(decoded(calls::shared_storage("users", "linux"), body));
  static_cast<void>(decoded(calls::variables("workers", "linux"), body));
  static_cast<void>(decoded(calls::job_types(), body));
  static_cast<void>(decoded(calls::tags(), body));
  static_cast<void>(decoded(calls::check({}), body));
  static_cast<void>(decoded(calls::cancel(body), body));
  static_cast<void>(decoded(calls::tasks(body), body));
  static_cast<void>(decoded(calls::job_of_task(body), body));
  static_cast<void>(decoded(calls::log_tail(body), body));
  if (const auto all = decoded(calls::jobs(), body))
    for (const manager::Job& job : *all)
      if (job.id.empty()) std::abort();
  const auto job = decoded(calls::job(body), body);
  if (!job) return 0;
  const auto again = decoded(calls::submit({}), job->whole.dump());
  if (!again || !is_equal(*again, *job)) std::abort();
  return 0;
}
