// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/effort.hpp"
#include "shaman/error.hpp"

#include "flamenco/expiry/references.hpp"
#include "flamenco/front/judgement/repair.hpp"

namespace shaman::proxy {

/// Where one job leads. The job must outlive it.
class WhereLed {
 public:
  explicit WhereLed(const jobs::JobTexts& job) : job_(job) {}

  /// Finds the checkouts that the job could lead into: all of them, or where that is too much work,
  /// some. Touches the disk. errc::malformed_request where not even its texts could be read.
  [[nodiscard]] result<void> find(const JobRules& rules, Effort& effort);

  [[nodiscard]] const std::vector<CheckoutPlace>& places() const noexcept { return places_; }
  /// A text leads below the jobs folder, whether something is there or not.
  [[nodiscard]] bool has_paths() const noexcept { return !paths_.by_text.empty(); }

  /// A text of the job that leads into one of these places; the one that has the checkout's name in
  /// it, if there is one. Null where it is not known.
  [[nodiscard]] const jobs::JobText* text_leading_into(const CheckoutPlace& place) const;
  /// `the checkout "film/shot"`, if some text of the job has that name in it, else `a checkout`:
  /// who is refused learns no names.
  [[nodiscard]] std::string name_of(const CheckoutPlace& place) const;

 private:
  template <class Leads>
  [[nodiscard]] const jobs::JobText* find_text(const Leads& leads) const;
  [[nodiscard]] const jobs::JobText* text_spelling(const CheckoutPlace& place) const;

  const jobs::JobTexts& job_;
  jobs::JobPaths paths_;
  std::vector<CheckoutPlace> places_;
};

/// The job was too much work: errc::malformed_request.
[[nodiscard]] result<void> check_effort(const Effort& effort);

}  // namespace shaman::proxy
