#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "oofgg/parse.h"
#include "servers/cli/presence_text.h"
#include "servers/cli/shell/shell.h"
#include "servers/cli/shell/words.h"
#include "servers/common/flags.h"

// What is typed.
namespace oofgg::cli {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kPatience{20'000};

Status Usage(std::string_view usage) {
  return MakeStatus(StatusCode::kInvalidArgument, "usage: " + std::string(usage));
}

/// Its first line, each time the link is made, as tokens are renewed.
StatusOr<std::string> ReadToken(const std::string& path) {
  std::ifstream file(path);
  std::string token;
  if (file && std::getline(file, token) && !token.empty()) return token;
  return MakeStatus(StatusCode::kUnavailable, "cannot read a token from " + path);
}

/// What stands behind `connect`.
struct ConnectArguments {
  std::string user;
  std::string door = "tcp";
  std::vector<std::string> friends;
  std::string server;
  std::string token_file;
  LightPresenceTls tls;
};

StatusOr<ConnectArguments> ParseConnect(const std::vector<std::string>& words, std::string_view usage) {
  ConnectArguments arguments;
  std::vector<std::string> plain;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--tls") {
      arguments.tls.enabled = true;
    } else if (word == "--server" || word == "--token-file" || word == "--ca") {
      if (++i == words.size()) return Usage(usage);
      std::string& value = word == "--server" ? arguments.server
                           : word == "--ca"   ? arguments.tls.ca_file
                                              : arguments.token_file;
      value = words[i];
    } else if (word.starts_with("--")) {
      return Usage(usage);
    } else {
      plain.push_back(word);
    }
  }
  if (plain.empty()) return Usage(usage);
  arguments.user = plain.front();
  plain.erase(plain.begin());
  if (!plain.empty() && (plain.front() == "tcp" || plain.front() == "udp" || plain.front() == "grpc")) {
    arguments.door = plain.front();
    plain.erase(plain.begin());
  }
  arguments.friends = std::move(plain);
  return arguments;
}

/// `+a` and `-a` change `friends`; without either they are replaced.
std::vector<std::string> Changed(std::vector<std::string> friends, const std::vector<std::string>& words) {
  const auto is_change = [](const std::string& word) {
    return word.size() > 1 && (word.front() == '+' || word.front() == '-');
  };
  if (!std::all_of(words.begin() + 1, words.end(), is_change)) return {words.begin() + 1, words.end()};
  for (auto word = words.begin() + 1; word != words.end(); ++word) {
    const std::string name = word->substr(1);
    friends.erase(std::remove(friends.begin(), friends.end(), name), friends.end());
    if (word->front() == '+') friends.push_back(name);
  }
  return friends;
}

bool IsIn(const ShellUser& user, const std::string& whom, const std::string& state) {
  const auto found = user.states.find(whom);
  if (found == user.states.end()) return false;
  if (state == "offline") return found->second.state == PresenceState::kOffline;
  return found->second.state == ShownStates().at(state);
}

std::string Number(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

constexpr std::string_view kConnectUsage =
    "connect USER [tcp|udp|grpc] [FRIEND...] [--server HOST:PORT] [--token-file FILE] [--tls] [--ca FILE]";
constexpr std::string_view kUseUsage = "use USER";
constexpr std::string_view kFriendsUsage = "friends [USER...] | [+USER|-USER...]";
constexpr std::string_view kStatusUsage = "status online|away|in_match SESSION|invisible [TEXT]";
constexpr std::string_view kSendUsage = "send OBJECT";
constexpr std::string_view kRawUsage = "raw [tcp|udp] [HOST:PORT]";
constexpr std::string_view kLogUsage = "log on|off [text|hex] [FILE]";
constexpr std::string_view kWaitUsage =
    "wait SECONDS | wait for USER is online|away|in_match|offline [SECONDS]";
constexpr std::string_view kCloseUsage = "close USER";

}  // namespace

const std::vector<Shell::Command>& Shell::Commands() {
  static const std::vector<Command> commands = {
      {"connect", kConnectUsage, "bring a user online; over grpc, the one who is signed in here",
       &Shell::Connect},
      {"users", "users", "who is connected; * is the one that commands are for", &Shell::Users},
      {"use", kUseUsage, "commands are for that user from now on", &Shell::Use},
      {"friends", kFriendsUsage, "show, replace or change whom the user watches", &Shell::Friends},
      {"watch", "watch", "what each user sees now", &Shell::Watch},
      {"status", kStatusUsage, "what others see of the user", &Shell::SetStatus},
      {"send", kSendUsage, "send it unchecked, over udp with the cookie added", &Shell::Send},
      {"raw", kRawUsage, "a bare connection: lines go as they are typed; `.` alone ends it", &Shell::Raw},
      {"log", kLogUsage, "show the bytes in and out over tcp and udp, without tokens; to a file, too",
       &Shell::Log},
      {"wait", kWaitUsage, "for time, or until the user sees that (20 s unless said)", &Shell::Wait},
      {"signoff", "signoff", "the user goes offline at once", &Shell::SignOff},
      {"close", kCloseUsage, "drop a user's connection, as if it were lost", &Shell::Close},
      {"help", "help [COMMAND]", "this", &Shell::Help},
      {"quit", "quit", "drop all and leave; as does Ctrl-D", &Shell::Quit},
  };
  return commands;
}

Status Shell::Connect(const Words& words, std::string_view /*line*/) {
  OOFGG_ASSIGN_OR_RETURN(const ConnectArguments arguments, ParseConnect(words, kConnectUsage));
  if (users_.count(arguments.user) != 0) {
    return MakeStatus(StatusCode::kAlreadyExists, arguments.user + " is connected; `close` it first");
  }
  const UserPlace place{*this, loop_.executor()};
  const std::string address = arguments.server.empty() ? options_.server : arguments.server;
  if (arguments.door == "grpc") {
    OOFGG_ASSIGN_OR_RETURN(Client* const client, context_.signed_in_client());
    users_[arguments.user] = ConnectGrpc(place, *client, arguments.user, arguments.friends);
  } else {
    LightPresenceOptions options;
    options.tls = arguments.tls;
    if (arguments.door == "udp") options.transport = LightPresenceTransport::kUdp;
    if (!arguments.token_file.empty())
      options.token = [path = arguments.token_file] { return ReadToken(path); };
    OOFGG_ASSIGN_OR_RETURN(users_[arguments.user], ConnectLight(place, address, arguments.user,
                                                                arguments.friends, std::move(options)));
  }
  current_ = arguments.user;
  PrintOf(arguments.user, "connecting over " + arguments.door, Ink::kDim,
          {{"event", "connecting"}, {"over", arguments.door}});
  return {};
}

Status Shell::Users(const Words& /*words*/, std::string_view /*line*/) {
  for (const auto& [name, user] : users_) {
    const std::string state = !user->ended.empty() ? user->ended : user->stale ? "no link" : "up to date";
    PrintOf((name == current_ ? "* " : "  ") + name,
            user->door + ", " + Number(user->friends.size(), "friend") + ", " + state, Ink::kDim,
            {{"event", "user"}, {"over", user->door}, {"friends", user->friends}, {"state", state}});
  }
  return {};
}

Status Shell::Use(const Words& words, std::string_view /*line*/) {
  if (words.size() != 2) return Usage(kUseUsage);
  OOFGG_RETURN_IF_ERROR(UserCalled(words[1]).status());
  current_ = words[1];
  return {};
}

Status Shell::Friends(const Words& words, std::string_view /*line*/) {
  OOFGG_ASSIGN_OR_RETURN(ShellUser* const user, Current());
  if (words.size() > 1) {
    std::vector<std::string> friends = Changed(user->friends, words);
    OOFGG_RETURN_IF_ERROR(user->SetFriends(friends));
    user->friends = std::move(friends);
    std::erase_if(user->states, [&](const auto& state) {
      return std::find(user->friends.begin(), user->friends.end(), state.first) == user->friends.end();
    });
    return {};
  }
  std::string all;
  for (const std::string& name : user->friends) all += " " + name;
  PrintOf(current_, "watches" + (all.empty() ? " nobody" : all), Ink::kDim,
          {{"event", "friends"}, {"friends", user->friends}});
  return {};
}

Status Shell::Watch(const Words& /*words*/, std::string_view /*line*/) {
  for (const auto& [name, user] : users_) {
    const std::string note = user->stale ? " (may be old)" : "";
    for (const std::string& whom : user->friends) {
      const auto state = user->states.find(whom);
      if (state == user->states.end()) {
        PrintOf(name, whom + " is not known yet", Ink::kDim, {{"event", "state"}, {"user_id", whom}});
        continue;
      }
      json object = JsonOf(state->second);
      object.update({{"event", "state"}, {"stale", user->stale}});
      const bool is_offline = state->second.state == PresenceState::kOffline;
      PrintOf(name, whom + " is " + StateText(state->second) + note, is_offline ? Ink::kDim : Ink::kGood,
              std::move(object));
    }
  }
  return {};
}

Status Shell::SetStatus(const Words& words, std::string_view line) {
  OOFGG_ASSIGN_OR_RETURN(ShellUser* const user, Current());
  const auto state = words.size() > 1 ? ShownStates().find(words[1]) : ShownStates().end();
  if (state == ShownStates().end()) return Usage(kStatusUsage);
  PresenceStatus status{.state = state->second};
  const bool has_session = status.state == PresenceState::kInMatch && words.size() > 2;
  if (has_session) status.session_id = words[2];
  status.text = AfterWords(line, has_session ? 3 : 2);
  return user->SetStatus(status);
}

Status Shell::Send(const Words& words, std::string_view line) {
  if (words.size() < 2) return Usage(kSendUsage);
  OOFGG_ASSIGN_OR_RETURN(ShellUser* const user, Current());
  return user->Send(std::string(AfterWords(line, 1)));
}

Status Shell::Raw(const Words& words, std::string_view /*line*/) {
  std::string server = options_.server;
  raw_is_udp_ = false;
  for (auto word = words.begin() + 1; word != words.end(); ++word) {
    if (*word == "udp") {
      raw_is_udp_ = true;
    } else if (word->find(':') != std::string::npos) {
      server = *word;
    } else if (*word != "tcp") {
      return Usage(kRawUsage);
    }
  }
  const auto transport = raw_is_udp_ ? LightPresenceTransport::kUdp : LightPresenceTransport::kTcp;
  OOFGG_ASSIGN_OR_RETURN(raw_, RawLink::Open(loop_, transport, server, [this](auto bytes) {
                           if (bytes.has_value() && log_.is_on()) return PrintBytes("raw", false, *bytes);
                           const std::string text = bytes.has_value() ? std::string(*bytes) : "closed";
                           PrintOf("raw", text, bytes.has_value() ? Ink::kReceived : Ink::kBad,
                                   {{"event", bytes.has_value() ? "received" : "closed"}, {"text", text}});
                         }));
  return {};
}

Status Shell::SendRaw(std::string_view line) {
  if (line == ".") {
    raw_.reset();
    return {};
  }
  if (line.starts_with("wait ")) return Wait(SplitWords(line), line);  // For scripts, before the end.
  const std::string bytes = std::string(line) + (raw_is_udp_ ? "" : "\n");
  PrintBytes("raw", true, bytes);
  return raw_->Send(bytes);
}

Status Shell::Log(const Words& words, std::string_view /*line*/) {
  if (words.size() == 2 && words[1] == "off") {
    log_.Stop();
    return {};
  }
  if (words.size() < 2 || words.size() > 4 || words[1] != "on") return Usage(kLogUsage);
  auto form = ByteLog::Form::kText;
  std::string file;
  for (auto word = words.begin() + 2; word != words.end(); ++word) {
    if (*word == "hex" || *word == "text") {
      form = *word == "hex" ? ByteLog::Form::kHex : ByteLog::Form::kText;
    } else {
      file = *word;
    }
  }
  return log_.Start(form, file);
}

Status Shell::Wait(const Words& words, std::string_view /*line*/) {
  const auto seconds = [](const std::string& text) { return ParseDuration(text, milliseconds(1'000)); };
  if (words.size() == 2) {
    OOFGG_ASSIGN_OR_RETURN(const milliseconds time, seconds(words[1]));
    const Status waited = WaitUntil([] { return false; }, time);
    return waited.code() == StatusCode::kDeadlineExceeded ? absl::OkStatus() : waited;
  }
  const bool is_state = words.size() >= 5 && words[1] == "for" && words[3] == "is" &&
                        (words[4] == "offline" || ShownStates().count(words[4]) != 0);
  if (!is_state || words.size() > 6) return Usage(kWaitUsage);
  milliseconds patience = kPatience;
  if (words.size() == 6) {
    OOFGG_ASSIGN_OR_RETURN(patience, seconds(words[5]));
  }
  OOFGG_ASSIGN_OR_RETURN(ShellUser* const user, Current());
  return WaitUntil([&] { return IsIn(*user, words[2], words[4]); }, patience);
}

Status Shell::SignOff(const Words& /*words*/, std::string_view /*line*/) {
  OOFGG_ASSIGN_OR_RETURN(ShellUser* const user, Current());
  user->SignOff();
  user->ended = "signed off";
  PrintOf(current_, user->ended, Ink::kDim, {{"event", "signed off"}});
  return {};
}

Status Shell::Close(const Words& words, std::string_view /*line*/) {
  if (words.size() != 2) return Usage(kCloseUsage);
  OOFGG_RETURN_IF_ERROR(UserCalled(words[1]).status());
  users_.erase(words[1]);
  if (current_ == words[1]) current_ = users_.empty() ? "" : users_.begin()->first;
  return {};
}

Status Shell::Help(const Words& words, std::string_view /*line*/) {
  if (words.size() > 1) {
    OOFGG_ASSIGN_OR_RETURN(const Command* const command, Find(words[1]));
    Print(std::string(command->usage) + "\n  " + std::string(command->help),
          {{"usage", command->usage}, {"help", command->help}});
    return {};
  }
  for (const Command& each : Commands()) {
    Print(style_.Paint(Ink::kName, each.name) + std::string(10 - each.name.size(), ' ') +
              std::string(each.help),
          {{"command", each.name}, {"help", each.help}});
  }
  return {};
}

Status Shell::Quit(const Words& /*words*/, std::string_view /*line*/) {
  quitting_ = true;
  return {};
}

}  // namespace oofgg::cli
