// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/token_command.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/auth/token_file.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "commands/command_tools.hpp"
#include "options/command_options.hpp"

namespace shaman::program {
namespace {

struct Arguments {
  std::string file;
  std::string storage;  // may be empty
  std::string role;
  std::string expires = "365d";
  std::string name;
};

int fail(const std::string& message, int status) {
  std::fprintf(stderr, "shaman-server: %s\n", text::printable(message).c_str());
  return status;
}

result<std::vector<auth::Token>> read_if_there(const std::string& file) {
  std::error_code ignored;  // reading it says what is wrong
  if (!std::filesystem::exists(file, ignored)) return std::vector<auth::Token>();
  return auth::TokenFile::read(file);
}

// Whose the file should be: the owner of the one that it replaces, of what the server keeps in its
// storage, or of the folder.
std::string like_what(const Arguments& arguments) {
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

result<void> write(const Arguments& arguments, const std::vector<auth::Token>& tokens) {
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

int create(const Arguments& arguments) {
  const auto role = auth::role_of(arguments.role);
  const auto lasts = units::parse_duration(arguments.expires);
  if (!role) return fail("--role must be worker, submit or admin", kCommandUsage);
  if (arguments.expires != "never" && !lasts)
    return fail("--expires: " + lasts.error().message() + "; or never", kCommandUsage);
  if (!is_good_name(arguments.name))
    return fail("--name must be the owner of the token, in printable characters", kCommandUsage);
  auto tokens = read_if_there(arguments.file);
  if (!tokens) return fail(tokens.error().message(), kCommandFailed);
  if (std::ranges::any_of(*tokens, [&](const auto& each) { return each.name == arguments.name; }))
    return fail("a token named " + arguments.name + " already exists; revoke it first",
                kCommandFailed);
  const std::string secret = auth::make_token();
  auth::Token token{arguments.name, *role, std::nullopt, Sha256::of(secret)};
  if (arguments.expires != "never") token.expires = std::chrono::system_clock::now() + *lasts;
  tokens->push_back(token);
  const auto written = write(arguments, *tokens);
  log_command("token create " + text::in_quotes(arguments.name) + " (" + arguments.role + ")",
              arguments.file, written);
  if (!written) return fail(written.error().message(), kCommandFailed);
  std::printf("%s\n", secret.c_str());
  std::fprintf(
      stderr, "The token is shown only once. It is valid %s.\n",
      token.expires ? ("until " + auth::time_text(*token.expires)).c_str() : "until it is revoked");
  return 0;
}

int list(const Arguments& arguments) {
  const auto tokens = read_if_there(arguments.file);
  if (!tokens) return fail(tokens.error().message(), kCommandFailed);
  const auto now = std::chrono::system_clock::now();
  for (const auth::Token& token : *tokens) {
    const bool has_expired = token.expires && *token.expires <= now;
    std::printf("%-7s %s%s  %s\n", std::string(auth::name_of(token.role)).c_str(),
                token.expires ? auth::time_text(*token.expires).c_str() : "never               ",
                has_expired ? " (expired)" : "", text::printable(token.name).c_str());
  }
  return 0;
}

int revoke(const Arguments& arguments) {
  auto tokens = read_if_there(arguments.file);
  if (!tokens) return fail(tokens.error().message(), kCommandFailed);
  if (std::erase_if(*tokens, [&](const auto& each) { return each.name == arguments.name; }) == 0)
    return fail("there is no token named " + arguments.name, kCommandUsage);
  const auto written = write(arguments, *tokens);
  log_command("token revoke " + text::in_quotes(arguments.name), arguments.file, written);
  if (!written) return fail(written.error().message(), kCommandFailed);
  std::fprintf(stderr, "Servers reject the token within two seconds.\n");
  return 0;
}

}  // namespace

int run_token_command(int argc, char** argv) {
  Arguments arguments;
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
    return fail(
        "no token file given; use --token-file FILE, or auth.token-file in the configuration",
        kCommandUsage);
  if (listing->parsed()) return list(arguments);
  const auto lock = auth::TokenFileLock::take(arguments.file);
  if (!lock) return fail(lock.error().message(), kCommandFailed);
  return creating->parsed() ? create(arguments) : revoke(arguments);
}

}  // namespace shaman::program
