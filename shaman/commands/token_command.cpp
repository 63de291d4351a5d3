// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/auth/token_file.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "commands/command_list.hpp"
#include "commands/command_tools.hpp"
#include "options/command_options.hpp"
#include "storage_place.hpp"

namespace shaman::program {
namespace {

// The clock cannot count beyond the year 2262.
constexpr std::chrono::milliseconds kShortestLife = std::chrono::seconds(1);
constexpr std::chrono::milliseconds kLongestLife = std::chrono::hours(24 * 36500);
constexpr const char* kLongestLifeText = "36500d";

struct TokenArguments {
  std::string file;
  std::string storage;  // may be empty
  std::string role;
  std::string expires = "365d";
  std::string name;
};

// A file that an option names and that cannot be used is wrong input, whatever the reason, as at a
// server's start.
result<std::vector<auth::Token>> read_tokens(const std::string& file) {
  auto tokens = auth::TokenFile::read(file);
  if (tokens) return tokens;
  std::string detail = tokens.error().message();
  if (tokens.error().code == errc::not_found)
    detail += "; correct the path, or create a token with `shaman-server token create`";
  return Error{errc::invalid_argument, std::move(detail)};
}

result<std::vector<auth::Token>> read_if_there(const std::string& file) {
  std::error_code ignored;  // reading it reports the error
  if (!std::filesystem::exists(file, ignored)) return std::vector<auth::Token>();
  return read_tokens(file);
}

Error malformed(std::string detail) {
  return {errc::invalid_argument, std::move(detail)};
}

// Nothing: never.
result<std::optional<auth::Time>> expiry_of(const std::string& given) {
  if (given == "never") return std::nullopt;
  const auto lasts = units::parse_duration(given);
  const std::string expected =
      "from " + units::duration_option(kShortestLife) + " to " + kLongestLifeText + "; or never";
  // A time that is too long for any duration has no value to compare.
  if (!lasts) return malformed("--expires: " + lasts.error().message() + ", " + expected);
  if (*lasts < kShortestLife || *lasts > kLongestLife)
    return malformed("--expires: " + text::in_quotes(given) + " is not " + expected);
  return std::chrono::system_clock::now() + *lasts;
}

// The owner that the file should have: that of the file that it replaces, of the server's files in
// its storage, or of the folder.
std::string like_what(const TokenArguments& arguments) {
  std::error_code ignored;
  if (std::filesystem::exists(arguments.file, ignored)) return arguments.file;
  const std::string servers = arguments.storage + "/" + kServersFolder;
  if (!arguments.storage.empty() && std::filesystem::exists(servers, ignored)) return servers;
  return std::string(os::parent(os::absolute(arguments.file)));
}

std::optional<::uid_t> owner_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return found.st_uid;
}

// A server that may not read the file refuses every token.
void tell_whose(const std::string& file, std::optional<::uid_t> should_be) {
  const auto is = owner_of(file);
  const bool is_roots = is && *is == 0 && ::geteuid() == 0;
  if (!is || (is == should_be && !is_roots)) return;
  const std::string user =
      is_roots || !should_be ? "USER" : std::to_string(static_cast<std::uint64_t>(*should_be));
  std::fprintf(stderr,
               "shaman-server: only the user %s can read %s; if the server runs as another user, "
               "give it the file: chown %s %s\n",
               is_roots ? "root" : std::to_string(static_cast<std::uint64_t>(*is)).c_str(),
               text::in_quotes(file).c_str(), user.c_str(), text::in_quotes(file).c_str());
}

result<void> write(const TokenArguments& arguments, const std::vector<auth::Token>& tokens) {
  const std::string like = like_what(arguments);
  const auto should_be = owner_of(like);
  auto written = auth::TokenFile::write(arguments.file, tokens, like);
  if (written) tell_whose(arguments.file, should_be);
  return written;
}

bool is_good_name(const std::string& name) {
  return !name.empty() && text::is_utf8(name) && text::printable(name) == name &&
         name.find_first_not_of(' ') == 0;
}

bool has_expired(const auth::Token& token) {
  return token.expires && *token.expires <= std::chrono::system_clock::now();
}

Error name_is_taken(const auth::Token& token) {
  const std::string name = text::in_quotes(token.name);
  if (has_expired(token))
    return {errc::conflicting_paths,
            "the token named " + name + " expired (" + auth::time_text(*token.expires) +
                ") but is still in the file; to replace it, run `shaman-server token revoke " +
                name + "`, then this command again"};
  return {errc::conflicting_paths, "there is already a token named " + name +
                                       "; choose another name, or revoke that token first"};
}

int create(const TokenArguments& arguments) {
  const auto role = auth::role_of(arguments.role);
  if (!role)
    return fail(malformed("--role: invalid role " + text::in_quotes(arguments.role) +
                          " (expected: worker, submit or admin)"));
  const auto expires = expiry_of(arguments.expires);
  if (!expires) return fail(expires.error());
  if (!is_good_name(arguments.name))
    return fail(malformed("--name: " + text::in_quotes(arguments.name) +
                          " is not a name; give the owner of the token, in printable characters"));
  auto tokens = read_if_there(arguments.file);
  if (!tokens) return fail(tokens.error());
  if (const auto taken = std::ranges::find(*tokens, arguments.name, &auth::Token::name);
      taken != tokens->end())
    return fail(name_is_taken(*taken));
  const std::string secret = auth::make_token();
  const auth::Token token{arguments.name, *role, *expires, Sha256::of(secret)};
  tokens->push_back(token);
  const auto written = write(arguments, *tokens);
  log_command("token create " + text::in_quotes(arguments.name) + " (" + arguments.role + ")",
              arguments.file, written);
  if (!written) return fail(written.error());
  std::printf("%s\n", secret.c_str());
  std::fprintf(
      stderr, "The token is shown only once. It is valid %s.\n",
      token.expires ? ("until " + auth::time_text(*token.expires)).c_str() : "until it is revoked");
  return 0;
}

int list(const TokenArguments& arguments) {
  const auto tokens = read_tokens(arguments.file);
  if (!tokens) return fail(tokens.error());
  if (tokens->empty())
    std::fprintf(stderr, "The file %s contains no tokens.\n",
                 text::in_quotes(arguments.file).c_str());
  for (const auth::Token& token : *tokens) {
    std::printf("%-7s %s%s  %s\n", std::string(auth::name_of(token.role)).c_str(),
                token.expires ? auth::time_text(*token.expires).c_str() : "never               ",
                has_expired(token) ? " (expired)" : "", text::printable(token.name).c_str());
  }
  return 0;
}

int revoke(const TokenArguments& arguments) {
  auto tokens = read_tokens(arguments.file);
  if (!tokens) return fail(tokens.error());
  if (std::erase_if(*tokens, [&](const auto& each) { return each.name == arguments.name; }) == 0)
    return fail({errc::not_found, "there is no token named " + text::in_quotes(arguments.name) +
                                      "; `shaman-server token list` lists them"});
  const auto written = write(arguments, *tokens);
  log_command("token revoke " + text::in_quotes(arguments.name), arguments.file, written);
  if (!written) return fail(written.error());
  std::fprintf(stderr, "Revoked the token %s. Servers reject it within 2 s.\n",
               text::in_quotes(arguments.name).c_str());
  return 0;
}

}  // namespace

int run_token_command(int argc, char** argv) {
  TokenArguments arguments;
  CLI::App app("Create, list and revoke access tokens for clients of this server.",
               "shaman-server token");
  app.require_subcommand(1);
  CommandOptions given(app);
  given.needs_no_storage();
  given.line().add("auth.token-file", "--token-file");
  CLI::App* const creating =
      app.add_subcommand("create", "Create a token and print it; it is shown only once");
  creating
      ->add_option("--role", arguments.role,
                   "Role of the token's owner: worker (read only), submit or admin")
      ->required();
  creating->add_option("--name", arguments.name, "Owner of the token")->required();
  creating
      ->add_option("--expires", arguments.expires, "Time until the token expires, or never [365d]")
      ->type_name("DURATION")
      ->capture_default_str();
  CLI::App* const listing = app.add_subcommand("list", "List the tokens without their secrets");
  CLI::App* const revoking = app.add_subcommand("revoke", "Revoke a token");
  revoking->add_option("name", arguments.name, "Owner of the token")->required()->type_name("NAME");
  for (CLI::App* const command : {creating, listing, revoking})
    command->fallthrough();
  int exit_status = 0;
  const auto settings = parse(app, given, argc, argv, exit_status);
  if (!settings) return exit_status;
  arguments.file = settings->access.token_file;
  if (!settings->storage.empty()) arguments.storage = os::absolute(settings->storage);
  if (arguments.file.empty())
    return fail(malformed(
        "no token file given; use --token-file FILE, or auth.token-file in the configuration"));
  if (listing->parsed()) return list(arguments);
  if (revoking->parsed())
    if (const auto there = read_tokens(arguments.file); !there) return fail(there.error());
  const auto lock = auth::TokenFileLock::take(arguments.file);
  if (!lock) return fail(lock.error());
  return creating->parsed() ? create(arguments) : revoke(arguments);
}

}  // namespace shaman::program
