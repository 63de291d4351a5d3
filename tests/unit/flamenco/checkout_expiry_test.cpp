// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/jobs/checkout_expiry.hpp"

#include <string>
#include <vector>

#include "../checkout/checkouts_fixture.hpp"

namespace shaman::jobs {
namespace {

using test::Operation;

class CheckoutExpiryTest : public test::CheckoutsTest {
 protected:
  CheckoutExpiryTest() {
    options_of_expiry_.grace = std::chrono::seconds(0);
    options_of_expiry_.log = [this](LogLevel, const std::string& message) { log_ += message; };
    // Enough of them that one in five may go.
    for (const char* const path :
         {"film/gone", "film/used", "secret/gone", "a", "b", "c", "d", "e"})
      created(path, {{"f", blob_}});
  }
  static manager::Job job(const std::string& id, const std::string& checkout) {
    manager::Job job;
    job.id = id;
    job.whole = {{"storage", {{"shaman_checkout_id", checkout}}}};
    return job;
  }
  result<CheckoutExpiryResults> look(const std::vector<manager::Job>& jobs) {
    return ends_.look([&]() -> result<std::vector<manager::Job>> { return jobs; },
                      options_of_expiry_, fs::Time::clock::now());
  }

  const BlobId blob_ = test::put(*store_, "content");
  CheckoutExpiryOptions options_of_expiry_;
  std::string log_;
  CheckoutExpiry ends_{*checkouts_, failing_, root()};
};

TEST_F(CheckoutExpiryTest, GoOnBesideAFolderThatMayNotBeRead) {
  const std::vector<manager::Job> all{job("1", "film/gone"), job("2", "film/used"),
                                      job("3", "secret/gone")};
  ASSERT_TRUE(look(all));
  fail(Operation::open_folder, EACCES, "secret");
  const auto looked = look({all[1]});
  ASSERT_TRUE(looked) << looked.error().message();
  EXPECT_EQ(looked->erased, std::vector<std::string>{"film/gone"});
  EXPECT_THAT(log_, testing::HasSubstr("jobs/secret"));

  failing_.on_call({});
  const auto again = look({all[1]});
  ASSERT_TRUE(again);
  ASSERT_TRUE(look({all[1]}));
  EXPECT_EQ(jobs(), (std::vector<std::string>{
                        "a", "a/.shaman-checkout", "a/f", "b", "b/.shaman-checkout", "b/f", "c",
                        "c/.shaman-checkout", "c/f", "d", "d/.shaman-checkout", "d/f", "e",
                        "e/.shaman-checkout", "e/f", "film", "film/used",
                        "film/used/.shaman-checkout", "film/used/f"}))
      << "what was known of the checkout in it was kept: it had a job";
}

}  // namespace
}  // namespace shaman::jobs
