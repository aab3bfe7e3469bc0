#include "servers/cli/shell/shell.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "servers/cli/presence_text.h"
#include "servers/cli/shell/words.h"
#include "servers/common/flags.h"

// The loop, what is shown, and completion; the commands are in shell_commands.cc.
namespace oofgg::cli {

using nlohmann::json;
using servers::OneLine;

namespace {

std::vector<std::string> Names(const StateNames& states) {
  std::vector<std::string> names;
  for (const auto& [name, state] : states) names.push_back(name);
  return names;
}

/// Whether that is a no to what was said, and not a link or a server that is not there now.
bool IsRefusal(StatusCode code) {
  switch (code) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kUnauthenticated:
    case StatusCode::kPermissionDenied:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kOutOfRange:
      return true;
    default:
      return false;
  }
}

}  // namespace

Shell::Shell(Context& context, EventLoop& loop, ShellOptions options)
    : context_(context), loop_(loop), options_(std::move(options)), style_(options_.colored) {}

Shell::~Shell() = default;

Status Shell::Run(Terminal& terminal) {
  terminal_ = &terminal;
  Status status;
  while (!quitting_ && status.ok() && refused_.ok()) {
    const auto line = terminal.ReadLine(Prompt());
    if (!line.has_value()) break;
    status = Execute(*line);
    if (status.ok() || options_.strict) continue;
    Complain(status);
    status = absl::OkStatus();
  }
  users_.clear();
  raw_.reset();
  terminal_ = nullptr;
  return refused_.ok() ? status : refused_;
}

StatusOr<const Shell::Command*> Shell::Find(const std::string& name) {
  const auto& commands = Commands();
  const auto found =
      std::find_if(commands.begin(), commands.end(), [&](const Command& each) { return each.name == name; });
  if (found != commands.end()) return &*found;
  return MakeStatus(StatusCode::kInvalidArgument, "there is no command `" + name + "`; `help` lists them");
}

Status Shell::Execute(std::string_view line) {
  if (raw_ != nullptr) return SendRaw(line);
  const Words words = SplitWords(line);
  if (words.empty() || words.front().front() == '#') return {};
  OOFGG_ASSIGN_OR_RETURN(const Command* const command, Find(words.front()));
  return (this->*command->run)(words, line);
}

StatusOr<ShellUser*> Shell::Current() {
  if (current_.empty()) {
    return MakeStatus(StatusCode::kFailedPrecondition, "nobody is connected; `connect USER` first");
  }
  return UserCalled(current_);
}

StatusOr<ShellUser*> Shell::CurrentOnline() {
  OOFGG_ASSIGN_OR_RETURN(ShellUser* const user, Current());
  if (user->ended.empty()) return user;
  const std::string why = user->has_signed_off ? " has signed off" : " is not connected: " + user->ended;
  return MakeStatus(StatusCode::kFailedPrecondition,
                    current_ + why + "; `close " + current_ + "` and connect again");
}

StatusOr<ShellUser*> Shell::UserCalled(const std::string& name) {
  const auto found = users_.find(name);
  if (found != users_.end()) return found->second.get();
  return MakeStatus(StatusCode::kNotFound, "no user " + name + " is connected; `users` lists them");
}

Status Shell::WaitUntil(const std::function<bool()>& is_done, std::chrono::milliseconds patience) {
  const TimePoint deadline = DeadlineAfter(Clock::System().Now(), patience);
  loop_.ServeOnce(-1, TimePoint());  // What the command before has led to, such as that what is shown is old.
  while (!is_done()) {
    OOFGG_RETURN_IF_ERROR(refused_);
    if (terminal_->TakeInterrupt()) return MakeStatus(StatusCode::kCancelled, "interrupted");
    if (Clock::System().Now() >= deadline) {
      return MakeStatus(StatusCode::kDeadlineExceeded, "not so within " + servers::FormatDuration(patience));
    }
    loop_.ServeOnce(-1, deadline);
  }
  return {};
}

void Shell::OnUpdate(const std::string& user, const StatusOr<PresenceUpdate>& update) {
  const auto found = users_.find(user);
  if (found == users_.end()) return;
  if (!update.ok()) {
    found->second->ended = TextOf(update.status());
    PrintOf(user, found->second->ended, Ink::kBad, {{"event", "error"}, {"error", found->second->ended}});
    return OnRefused(user, update.status());
  }
  found->second->states[update->user_id] = *update;
  json object = JsonOf(*update);
  object["event"] = "update";
  const bool is_offline = update->state == PresenceState::kOffline;
  PrintOf(user, update->user_id + " is " + StateText(*update), is_offline ? Ink::kDim : Ink::kGood,
          std::move(object));
}

void Shell::OnStale(const std::string& user, bool stale) {
  const auto found = users_.find(user);
  if (found == users_.end() || found->second->stale == stale) return;
  found->second->stale = stale;
  if (!stale) found->second->troubles.clear();
  if (!found->second->ended.empty()) return;
  PrintOf(user, stale ? "what is shown may be old" : "up to date", stale ? Ink::kBad : Ink::kDim,
          {{"event", "stale"}, {"stale", stale}});
}

void Shell::OnTrouble(const std::string& user, const Status& why) {
  const auto found = users_.find(user);
  if (found == users_.end() || !found->second->ended.empty()) return;
  const std::string text = TextOf(why);
  std::vector<std::string>& told = found->second->troubles;
  if (std::find(told.begin(), told.end(), text) == told.end()) {  // And not at each attempt.
    told.push_back(text);
    PrintOf(user, "no link: " + text + "; trying again", Ink::kBad, {{"event", "trouble"}, {"error", text}});
  }
  if (IsRefusal(why.code())) OnRefused(user, why);
}

void Shell::OnRefused(const std::string& user, const Status& why) {
  if (!options_.strict || !refused_.ok()) return;
  refused_ = MakeStatus(why.code(), user + ": " + TextOf(why));
  terminal_->End();
}

void Shell::OnBytes(const std::string& user, bool sent, std::string_view bytes) {
  if (!log_.is_on()) return;
  loop_.executor().Post([this, user, sent, text = std::string(bytes)] { PrintBytes(user, sent, text); });
}

void Shell::PrintBytes(const std::string& name, bool sent, std::string_view bytes) {
  if (!log_.is_on()) return;
  for (const std::string& line : log_.Add(Clock::System().WallNow(), name, sent, bytes)) {
    const std::string shown = OneLine(line);
    Print(style_.Paint(sent ? Ink::kSent : Ink::kReceived, shown), {{"event", "bytes"}, {"line", shown}});
  }
}

void Shell::Print(const std::string& line, const json& object) {
  if (terminal_ == nullptr) return;
  terminal_->Print(context_.settings().json ? object.dump(-1, ' ', false, json::error_handler_t::replace)
                                            : line);
}

void Shell::PrintOf(const std::string& user, const std::string& text, Ink ink, json object,
                    std::string_view mark) {
  object["user"] = user;
  Print(std::string(mark) + style_.Paint(Ink::kName, OneLine(user)) + ": " + style_.Paint(ink, OneLine(text)),
        object);
}

void Shell::Complain(const Status& status) {
  const std::string why = TextOf(status);
  Print(style_.Paint(Ink::kBad, OneLine(why)), {{"event", "failed"}, {"error", why}});
}

std::string Shell::Prompt() const {
  const std::string text = raw_ != nullptr    ? (raw_is_udp_ ? "raw udp" : "raw tcp")
                           : current_.empty() ? "oofgg"
                                              : OneLine(current_);
  if (!options_.colored) return text + "> ";
  return "\1\033[1m\1" + text + "\1\033[0m\1> ";
}

std::vector<std::string> Shell::Connected() const {
  std::vector<std::string> names;
  for (const auto& [name, user] : users_) names.push_back(name);
  return names;
}

std::vector<std::string> Shell::KnownNames() const {
  std::vector<std::string> names = Connected();
  for (const auto& [name, user] : users_)
    names.insert(names.end(), user->friends.begin(), user->friends.end());
  return names;
}

std::vector<std::string> Shell::Complete(const std::string& line) const {
  if (raw_ != nullptr) return {};
  const std::size_t space = line.find_last_of(' ');
  const std::string word = space == std::string::npos ? line : line.substr(space + 1);
  const Words before = SplitWords(std::string_view(line).substr(0, line.size() - word.size()));
  return Matching(before.empty() ? CommandNames() : ChoicesBehind(before, word), word);
}

Shell::Words Shell::CommandNames() {
  Words names;
  for (const Command& each : Commands()) names.emplace_back(each.name);
  return names;
}

Shell::Words Shell::ChoicesBehind(const Words& before, const std::string& word) const {
  const std::string& command = before.front();
  const bool is_second = before.size() == 1;
  if (command == "help") return CommandNames();
  if (command == "use" || command == "close") return Connected();
  if (command == "status" && is_second) return Names(WishedStates());
  if (command == "log") return is_second ? Words{"on", "off"} : Words{"hex", "text"};
  if (command == "raw") return {"tcp", "udp"};
  if (command == "wait") return WaitChoices(before);
  Words choices = KnownNames();
  if (command == "connect") {
    if (word.starts_with("-")) return {"--server", "--token-file", "--tls", "--ca"};
    if (before.size() == 2) choices.insert(choices.end(), {"tcp", "udp", "grpc"});
  }
  if (command == "friends" && (word.starts_with("+") || word.starts_with("-"))) {
    for (std::string& choice : choices) choice.insert(choice.begin(), word.front());
  }
  return choices;
}

Shell::Words Shell::WaitChoices(const Words& before) const {
  const bool is_up_to_date = before.size() > 2 && before[2] == "up";
  switch (before.size()) {
    case 1:
      return {"for"};
    case 2: {
      Words choices = KnownNames();
      choices.emplace_back("up to date");
      return choices;
    }
    case 3:
      return is_up_to_date ? Words{"to"} : Words{"is"};
    case 4:
      return is_up_to_date ? Words{"date"} : Names(SeenStates());
    default:
      return {};
  }
}

}  // namespace oofgg::cli
