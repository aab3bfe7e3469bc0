#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "oofgg/parse.h"
#include "servers/cli/presence_text.h"
#include "servers/cli/shell/shell.h"
#include "servers/cli/shell/token_file.h"
#include "servers/cli/shell/words.h"
#include "servers/common/flags.h"

// What is typed.
namespace oofgg::cli {
namespace {

using nlohmann::json;

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

bool IsSeenAs(const ShellUser& user, const std::string& whom, PresenceState state) {
  const auto found = user.states.find(whom);
  return found != user.states.end() && found->second.state == state;
}

/// How a user's connection is.
std::string StateOf(const ShellUser& user) {
  if (!user.ended.empty()) return user.ended;
  if (!user.troubles.empty()) return "no link: " + user.troubles.back();
  return user.stale ? "not up to date" : "up to date";
}

/// `status away|in_match SESSION|…`
std::string StatusUsage() {
  std::string states;
  for (const auto& [name, state] : WishedStates()) {
    states += (states.empty() ? "" : "|") + name + (state == PresenceState::kInMatch ? " SESSION" : "");
  }
  return "status " + states + " [TEXT]";
}

std::string Number(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

constexpr std::string_view kUseUsage = "use USER";
constexpr std::string_view kFriendsUsage = "friends [USER...] | [+USER|-USER...]";
constexpr std::string_view kSendUsage = "send OBJECT";
constexpr std::string_view kRawUsage = "raw [tcp|udp] [HOST:PORT]";
constexpr std::string_view kLogUsage = "log on|off [text|hex] [FILE]";
constexpr std::string_view kCloseUsage = "close USER";

}  // namespace

const std::vector<Shell::Command>& Shell::Commands() {
  static const std::vector<Command> commands = {
      {"connect", std::string(kConnectUsage),
       "bring a user online; over grpc, whose token it is, or who is signed in", &Shell::Connect},
      {"users", "users", "who is connected; * is the one that commands are for", &Shell::Users},
      {"use", std::string(kUseUsage), "commands are for that user from now on", &Shell::Use},
      {"friends", std::string(kFriendsUsage), "show, replace or change whom the user watches",
       &Shell::Friends},
      {"watch", "watch", "what each user sees now", &Shell::Watch},
      {"status", StatusUsage(), "what others see of the user", &Shell::SetStatus},
      {"send", std::string(kSendUsage), "send it unchecked, over udp with the cookie added", &Shell::Send},
      {"raw", std::string(kRawUsage), "a bare connection: lines go as they are typed; `.` alone ends it",
       &Shell::Raw},
      {"log", std::string(kLogUsage),
       "show the bytes in and out over tcp and udp, without tokens; to a file, too", &Shell::Log},
      {"wait", WaitUsage(), "for time, or until the user knows all or sees that (20 s unless said)",
       &Shell::Wait},
      {"signoff", "signoff", "the user goes offline at once", &Shell::SignOff},
      {"close", std::string(kCloseUsage), "drop a user's connection, as if it were lost", &Shell::Close},
      {"help", "help [COMMAND]", "this", &Shell::Help},
      {"quit", "quit", "drop all and leave; as does Ctrl-D", &Shell::Quit},
  };
  return commands;
}

Status Shell::Connect(const Words& words, std::string_view /*line*/) {
  OOFGG_ASSIGN_OR_RETURN(const ConnectArguments arguments, ParseConnect(words));
  if (users_.count(arguments.user) != 0) {
    return MakeStatus(StatusCode::kAlreadyExists, arguments.user + " is connected; `close` it first");
  }
  OOFGG_ASSIGN_OR_RETURN(users_[arguments.user], NewUser(arguments));
  current_ = arguments.user;
  PrintOf(arguments.user, "connecting over " + arguments.door, Ink::kDim,
          {{"event", "connecting"}, {"over", arguments.door}});
  if (!arguments.token_file.empty() && IsOpenToOthers(arguments.token_file)) {
    const std::string warning =
        arguments.token_file + " is open to others; run: chmod 600 " + arguments.token_file;
    PrintOf(arguments.user, warning, Ink::kBad, {{"event", "warning"}, {"warning", warning}});
  }
  return {};
}

StatusOr<std::unique_ptr<ShellUser>> Shell::NewUser(const ConnectArguments& arguments) {
  const UserPlace place{*this, loop_.executor()};
  std::string token;
  if (!arguments.token_file.empty()) {
    OOFGG_ASSIGN_OR_RETURN(token, ReadTokenFile(arguments.token_file));
  }
  if (arguments.door == "grpc") {
    OOFGG_ASSIGN_OR_RETURN(auto client, token.empty() ? context_.NewSignedInClient(&place.executor)
                                                      : context_.NewTokenClient({.address = arguments.server,
                                                                                 .tls = arguments.tls,
                                                                                 .ca_file = arguments.ca_file,
                                                                                 .access_token = token},
                                                                                &place.executor));
    return ConnectGrpc(place, std::move(client), arguments.user, arguments.friends);
  }
  const bool is_udp = arguments.door == "udp";
  const std::string address = arguments.server.empty() ? options_.server : arguments.server;
  LightPresenceOptions options;
  options.transport = is_udp ? LightPresenceTransport::kUdp : LightPresenceTransport::kTcp;
  options.tls = {.enabled = arguments.tls, .ca_file = arguments.ca_file};
  if (!token.empty()) {
    // Each time the link is made, as tokens are renewed.
    options.token = [path = arguments.token_file] { return ReadTokenFile(path); };
    const std::string cure = is_udp ? "connect over tcp with --tls" : "give --tls";
    if (!arguments.tls) OOFGG_RETURN_IF_ERROR(context_.CheckPrivate("--server", address, cure));
  }
  return ConnectLight(place, address, arguments.user, arguments.friends, std::move(options));
}

Status Shell::Users(const Words& /*words*/, std::string_view /*line*/) {
  for (const auto& [name, user] : users_) {
    const std::string state = StateOf(*user);
    const bool is_current = name == current_;
    PrintOf(name, user->door + ", " + Number(user->friends.size(), "friend") + ", " + state, Ink::kDim,
            {{"event", "user"},
             {"over", user->door},
             {"friends", user->friends},
             {"state", state},
             {"current", is_current}},
            is_current ? "* " : "  ");
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
  OOFGG_ASSIGN_OR_RETURN(ShellUser* const user, CurrentOnline());
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
  OOFGG_ASSIGN_OR_RETURN(ShellUser* const user, CurrentOnline());
  const auto state = words.size() > 1 ? WishedStates().find(words[1]) : WishedStates().end();
  if (state == WishedStates().end()) return Usage(StatusUsage());
  PresenceStatus status{.state = state->second};
  if (status.state == PresenceState::kInMatch && words.size() < 3) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "status in_match: which match is missing; say: status in_match SESSION [TEXT]");
  }
  const bool has_session = status.state == PresenceState::kInMatch;
  if (has_session) status.session_id = words[2];
  status.text = AfterWords(line, has_session ? 3 : 2);
  return user->SetStatus(status);
}

Status Shell::Send(const Words& words, std::string_view line) {
  if (words.size() < 2) return Usage(kSendUsage);
  OOFGG_ASSIGN_OR_RETURN(ShellUser* const user, CurrentOnline());
  WarnIfNoObject(current_, AfterWords(line, 1));
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
  OOFGG_ASSIGN_OR_RETURN(
      raw_, RawLink::Open(loop_, transport, server, [this](const auto& bytes) { OnRawBytes(bytes); }));
  return {};
}

void Shell::OnRawBytes(const StatusOr<std::string_view>& bytes) {
  if (bytes.ok() && log_.is_on()) return PrintBytes("raw", false, *bytes);
  const std::string text = bytes.ok() ? std::string(*bytes) : TextOf(bytes.status());
  PrintOf("raw", text, bytes.ok() ? Ink::kReceived : Ink::kBad,
          {{"event", bytes.ok() ? "received" : "closed"}, {"text", text}});
}

void Shell::WarnIfNoObject(const std::string& name, std::string_view text) {
  if (json::parse(text, nullptr, false).is_object()) return;
  const std::string warning = "that is no JSON object; sent all the same";
  PrintOf(name, warning, Ink::kDim, {{"event", "warning"}, {"warning", warning}});
}

Status Shell::SendRaw(std::string_view line) {
  if (line == ".") {
    raw_.reset();
    return {};
  }
  if (line.starts_with("wait ")) return Wait(SplitWords(line), line);  // For scripts, before the end.
  loop_.ServeOnce(-1, TimePoint());  // What the line before has led to, such as that nobody listens there.
  const std::string bytes = std::string(line) + (raw_is_udp_ ? "" : "\n");
  if (!line.empty()) WarnIfNoObject("raw", line);
  PrintBytes("raw", true, bytes);
  const Status sent = raw_->Send(bytes);
  if (!sent.ok()) raw_.reset();
  return sent;
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
  OOFGG_ASSIGN_OR_RETURN(const WaitArguments wanted, ParseWait(words));
  if (wanted.what == WaitArguments::For::kTime) {
    const Status waited = WaitUntil([] { return false; }, wanted.time);
    return waited.code() == StatusCode::kDeadlineExceeded ? absl::OkStatus() : waited;
  }
  OOFGG_ASSIGN_OR_RETURN(const ShellUser* const user, Current());
  return WaitFor(wanted, current_, *user);
}

Status Shell::WaitFor(const WaitArguments& wanted, const std::string& name, const ShellUser& user) {
  const auto is_so = [&] {
    if (wanted.what == WaitArguments::For::kUpToDate) return !user.stale && user.ended.empty();
    return IsSeenAs(user, wanted.user, wanted.state);
  };
  const Status waited = WaitUntil([&] { return is_so() || !user.ended.empty(); }, wanted.time);
  if (waited.code() == StatusCode::kDeadlineExceeded && !user.troubles.empty()) {
    return MakeStatus(waited.code(), TextOf(waited) + "; " + name + " has no link: " + user.troubles.back());
  }
  if (!waited.ok() || is_so()) return waited;
  return MakeStatus(StatusCode::kFailedPrecondition, name + " waits in vain: " + user.ended);
}

Status Shell::SignOff(const Words& /*words*/, std::string_view /*line*/) {
  OOFGG_ASSIGN_OR_RETURN(ShellUser* const user, Current());
  user->SignOff();
  user->ended = "signed off";
  user->has_signed_off = true;
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
