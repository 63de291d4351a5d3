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

/// The checkouts that one job could lead into. The job must outlive this object.
class WhereLed {
 public:
  explicit WhereLed(const jobs::JobTexts& job) : job_(job) {}

  /// Finds all checkouts that the job could lead into, or some of them if the effort is used up
  /// (check_effort). Touches the disk. errc::invalid_argument: the effort was used up before any
  /// search.
  [[nodiscard]] result<void> find(const JobRules& rules, Effort& effort);

  [[nodiscard]] const std::vector<CheckoutPlace>& places() const noexcept { return places_; }
  /// Whether a text leads below the jobs folder, even to nothing.
  [[nodiscard]] bool has_paths() const noexcept { return !paths_.by_text.empty(); }

  /// A text that leads into this checkout, preferably one that spells its name; null if none is
  /// known.
  [[nodiscard]] const jobs::JobText* text_leading_into(const CheckoutPlace& place) const;
  /// For messages: `the checkout "film/shot"` if a text spells that name, else `a checkout`,
  /// because a refusal must not reveal names.
  [[nodiscard]] std::string name_of(const CheckoutPlace& place) const;

 private:
  template <class Leads>
  [[nodiscard]] const jobs::JobText* find_text(const Leads& leads) const;
  [[nodiscard]] const jobs::JobText* text_spelling(const CheckoutPlace& place) const;

  const jobs::JobTexts& job_;
  jobs::JobPaths paths_;
  std::vector<CheckoutPlace> places_;
};

/// errc::invalid_argument: the job takes too long to judge.
[[nodiscard]] result<void> check_effort(const Effort& effort);

}  // namespace shaman::proxy
