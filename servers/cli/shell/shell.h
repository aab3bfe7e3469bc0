#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "servers/cli/context.h"
#include "servers/cli/shell/byte_log.h"
#include "servers/cli/shell/event_loop.h"
#include "servers/cli/shell/raw_link.h"
#include "servers/cli/shell/shell_arguments.h"
#include "servers/cli/shell/shell_user.h"
#include "servers/cli/shell/style.h"
#include "servers/cli/shell/terminal.h"

namespace oofgg::cli {

struct ShellOptions {
  std::string server;   ///< The presence port, unless `connect` says another.
  bool strict = false;  ///< The first command that fails ends it, and what a server refuses.
  bool colored = false;
};

/// The interactive client: several users at once, and what they see. Threads: one owner, who serves the loop.
class Shell final : private UserEvents {
 public:
  Shell(Context& context, EventLoop& loop, ShellOptions options);
  ~Shell() override;

  /// Reads commands from `terminal` until `quit` or the end. An error, if strict: the command that failed, or
  /// what the server refused.
  Status Run(Terminal& terminal);
  /// What could stand in place of the last word of `line`.
  [[nodiscard]] std::vector<std::string> Complete(const std::string& line) const;

 private:
  using Words = std::vector<std::string>;
  struct Command {
    std::string_view name;
    std::string usage;
    std::string_view help;
    Status (Shell::*run)(const Words& words, std::string_view line);
  };
  static const std::vector<Command>& Commands();
  [[nodiscard]] static StatusOr<const Command*> Find(const std::string& name);

  Status Execute(std::string_view line);
  Status Connect(const Words& words, std::string_view line);
  Status Users(const Words& words, std::string_view line);
  Status Use(const Words& words, std::string_view line);
  Status Friends(const Words& words, std::string_view line);
  Status Watch(const Words& words, std::string_view line);
  Status SetStatus(const Words& words, std::string_view line);
  Status Send(const Words& words, std::string_view line);
  Status Raw(const Words& words, std::string_view line);
  Status Log(const Words& words, std::string_view line);
  Status Wait(const Words& words, std::string_view line);
  Status SignOff(const Words& words, std::string_view line);
  Status Close(const Words& words, std::string_view line);
  Status Help(const Words& words, std::string_view line);
  Status Quit(const Words& words, std::string_view line);

  void OnUpdate(const std::string& user, const StatusOr<PresenceUpdate>& update) override;
  void OnStale(const std::string& user, bool stale) override;
  void OnTrouble(const std::string& user, const Status& why) override;
  void OnBytes(const std::string& user, bool sent, std::string_view bytes) override;
  /// The server refused something that a user said. Ends a strict script.
  void OnRefused(const std::string& user, const Status& why);

  StatusOr<std::unique_ptr<ShellUser>> NewUser(const ConnectArguments& arguments);
  /// The user that commands are for.
  StatusOr<ShellUser*> Current();
  /// The same, for what needs a connection. kFailedPrecondition: theirs has ended.
  StatusOr<ShellUser*> CurrentOnline();
  StatusOr<ShellUser*> UserCalled(const std::string& name);
  /// Leaves the bare connection when it is lost.
  Status SendRaw(std::string_view line);
  void OnRawBytes(const StatusOr<std::string_view>& bytes);
  /// Half an object may be meant, as over TCP they need not come in one piece.
  void WarnIfNoObject(const std::string& name, std::string_view text);
  /// kDeadlineExceeded: `is_done` is not so within `patience`.
  Status WaitUntil(const std::function<bool()>& is_done, std::chrono::milliseconds patience);
  Status WaitFor(const WaitArguments& wanted, const std::string& name, const ShellUser& user);
  [[nodiscard]] std::string Prompt() const;
  [[nodiscard]] Words KnownNames() const;
  [[nodiscard]] Words Connected() const;
  [[nodiscard]] static Words CommandNames();
  /// What could stand behind these words, of which `word` is begun.
  [[nodiscard]] Words ChoicesBehind(const Words& before, const std::string& word) const;
  [[nodiscard]] Words WaitChoices(const Words& before) const;

  void Print(const std::string& line, const nlohmann::json& object);
  /// `mark` stands before the user, for people only.
  void PrintOf(const std::string& user, const std::string& text, Ink ink, nlohmann::json object,
               std::string_view mark = "");
  void PrintBytes(const std::string& name, bool sent, std::string_view bytes);
  void Complain(const Status& status);

  Context& context_;
  EventLoop& loop_;
  const ShellOptions options_;
  const Style style_;
  Terminal* terminal_ = nullptr;  // While it runs.
  ByteLog log_;
  std::map<std::string, std::unique_ptr<ShellUser>> users_;
  std::string current_;
  std::unique_ptr<RawLink> raw_;
  bool raw_is_udp_ = false;
  bool quitting_ = false;
  Status refused_;  // If strict: what was, first.
};

}  // namespace oofgg::cli
