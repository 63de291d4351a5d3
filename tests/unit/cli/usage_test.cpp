// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/usage.hpp"

#include <gtest/gtest.h>

namespace shaman::cli {
namespace {

using Words = std::vector<std::string>;

// A program with commands, one of which has commands of its own.
class UsageTest : public testing::Test {
 protected:
  UsageTest() {
    app_.require_subcommand(1);
    CLI::App* const pin = app_.add_subcommand("pin");
    pin->add_option("checkout", text_)->required();
    CLI::Option* const name = pin->add_option("--name", text_)->type_name("NAME");
    pin->add_option("--list", list_)->type_name("ITEM")->expected(1)->take_all();
    pin->add_flag("--dry-run", flag_)->excludes(name);
    CLI::App* const token = app_.add_subcommand("token");
    token->require_subcommand(1);
    token->add_option("--token-file", text_)->type_name("FILE");
    CLI::App* const create = token->add_subcommand("create");
    create->fallthrough();
    create->add_option("--role", text_)->required()->type_name("ROLE");
    token->add_subcommand("revoke")->fallthrough();
  }

  // The first line of what is wrong; nothing where it was parsed.
  std::string wrong(Words arguments) {
    const auto ended = parse(app_, std::move(arguments));
    if (!ended) return "";
    return *ended ? "help: " + **ended : first_line(ended->error());
  }
  std::string first_line(const Error& error) {
    EXPECT_EQ(error.code, errc::invalid_argument);
    const std::size_t end = error.detail.find('\n');
    help_ = error.detail.substr(end + 1);
    return error.detail.substr(0, end);
  }

  CLI::App app_{"About", "prog"};
  std::string text_;
  Words list_;
  bool flag_ = false;
  std::string help_;
};

TEST_F(UsageTest, WhatIsGoodIsParsed) {
  EXPECT_EQ(wrong({"pin", "film", "--name", "May", "--list", "a", "--list", "b"}), "");
  EXPECT_EQ(list_, (Words{"a", "b"}));
  EXPECT_EQ(wrong({"token", "create", "--role", "x", "--token-file", "f"}), "");
}

TEST_F(UsageTest, UnknownNamesAreSaidWithTheNearest) {
  EXPECT_EQ(wrong({"pni"}), "prog has no command \"pni\". Did you mean pin?");
  EXPECT_EQ(help_, "Run `prog --help` for help.");
  EXPECT_EQ(wrong({"frobnicate"}), "prog has no command \"frobnicate\"; available: pin, token");
  EXPECT_EQ(wrong({"token", "crate"}), "prog token has no command \"crate\". Did you mean create?");
  EXPECT_EQ(help_, "Run `prog token --help` for help.");
  EXPECT_EQ(wrong({"pin", "film", "--nme", "x"}),
            "prog pin has no option \"--nme\". Did you mean --name?");
  EXPECT_EQ(wrong({"pin", "film", "--name", "x", "-z"}), "prog pin has no option \"-z\"");
}

TEST_F(UsageTest, OptionsOfASubcommandAreSuggestedWhereItFallsThrough) {
  EXPECT_EQ(wrong({"token", "create", "--rle", "x"}),
            "prog token create has no option \"--rle\". Did you mean --role?");
  EXPECT_EQ(wrong({"token", "create", "--token-fle=x"}),
            "prog token create has no option \"--token-fle\". Did you mean --token-file?");
  EXPECT_EQ(wrong({"token", "revoke", "--role", "x"}),
            "prog token revoke has no option \"--role\"");
}

TEST_F(UsageTest, OptionsFollowTheirCommand) {
  EXPECT_EQ(wrong({"--name", "x", "pin", "film"}),
            "prog has no option \"--name\": options follow the command, as in `prog COMMAND "
            "--name …`");
  EXPECT_EQ(wrong({"token", "--role", "x", "create"}),
            "prog token has no option \"--role\": options follow the command, as in `prog token "
            "COMMAND --role …`");
}

TEST_F(UsageTest, WhatIsMissingIsNamed) {
  EXPECT_EQ(wrong({"pin"}), "prog pin needs an argument: CHECKOUT");
  EXPECT_EQ(wrong({"token", "create"}), "prog token create needs the option --role");
  EXPECT_EQ(wrong({}), "prog needs a command: pin, token");
  EXPECT_EQ(wrong({"token"}), "prog token needs a command: create, revoke");
  EXPECT_EQ(wrong({"pin", "film", "--name"}), "--name needs a value: NAME");
}

TEST_F(UsageTest, AnOptionIsNoValueOfAnother) {
  EXPECT_EQ(wrong({"pin", "film", "--name", "--dry-run"}),
            "--name needs a value: NAME, not the option --dry-run");
  EXPECT_EQ(wrong({"token", "create", "--token-file", "--role", "x"}),
            "--token-file needs a value: FILE, not the option --role");
  EXPECT_EQ(wrong({"pin", "film", "--name=-5"}), "");
}

TEST_F(UsageTest, WhatIsTooMuchIsNamed) {
  EXPECT_EQ(wrong({"pin", "film", "extra"}),
            "unexpected argument \"extra\"; prog pin takes only CHECKOUT");
  EXPECT_EQ(wrong({"token", "revoke", "extra"}),
            "unexpected argument \"extra\"; prog token revoke takes no arguments");
  EXPECT_EQ(wrong({"pin", "film", "--name", "a", "--name", "b"}),
            "--name is given 2 times; give it once");
  EXPECT_EQ(wrong({"pin", "film", "--dry-run", "--name", "a"}),
            "--name cannot be combined with --dry-run; leave out one of them");
  EXPECT_EQ(wrong({"pin", "film", "--dry-run=maybe"}), "--dry-run takes no value");
}

TEST_F(UsageTest, WhatCameFromOutsideIsEscaped) {
  EXPECT_EQ(wrong({"pin", "film", "a\x1b\nb"}),
            "unexpected argument \"a\\x1b\\x0ab\"; prog pin takes only CHECKOUT");
}

TEST_F(UsageTest, HelpIsNotGivenForWhatIsUnknown) {
  EXPECT_TRUE(wrong({"pin", "--help"}).starts_with("help: "));
  EXPECT_EQ(wrong({"pni", "--help"}), "prog has no command \"pni\". Did you mean pin?");
  EXPECT_EQ(with_help_as_option({"help", "token", "create"}), (Words{"token", "create", "--help"}));
  EXPECT_EQ(with_help_as_option({"help"}), Words{"--help"});
  EXPECT_EQ(with_help_as_option({"pin", "help"}), (Words{"pin", "help"}));
  EXPECT_EQ(with_help_as_option({}), Words{});
}

// As of shaman-server: a service without a command, and commands that are each an app.
TEST(Usage, CommandsThatAreAppsOfTheirOwnAreKnown) {
  const Words own{"gc", "verify"};
  std::string storage;
  const auto wrong = [&](Words arguments) {
    CLI::App app("About", "serve");
    app.add_option("--storage", storage)->type_name("DIR");
    const auto ended = parse(app, std::move(arguments), own);
    if (!ended) return std::string();
    return *ended ? **ended : ended->error().detail.substr(0, ended->error().detail.find('\n'));
  };
  EXPECT_EQ(wrong({"--storage", "x"}), "");
  EXPECT_EQ(wrong({"verfy"}), "serve has no command \"verfy\". Did you mean verify?");
  EXPECT_EQ(wrong({"verfy", "--help"}), "serve has no command \"verfy\". Did you mean verify?");
  EXPECT_EQ(wrong({"frobnicate"}), "serve has no command \"frobnicate\"; available: gc, verify");
  EXPECT_EQ(wrong({"--storage", "x", "gc"}),
            "serve takes a command as the first argument, as in `serve gc …`");
  EXPECT_EQ(wrong({"--storge", "x"}), "serve has no option \"--storge\". Did you mean --storage?");
}

TEST(Usage, JsonIsWantedByAnOptionOnly) {
  EXPECT_TRUE(wants_json({"list", "--json"}));
  EXPECT_FALSE(wants_json({"list", "--", "--json"}));
}

}  // namespace
}  // namespace shaman::cli
