// presence, game, match, events.

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "oofgg/parse.h"
#include "servers/cli/context.h"

namespace oofgg::cli {
namespace {

using nlohmann::json;

/// What a command that watches something waits for: enough answers, an error, Ctrl-C, or time.
/// Threads: `Count` and `Fail` from any thread; one waits.
class Watch {
 public:
  explicit Watch(int wanted) : left_(wanted) {}

  /// One answer more; the last one wanted ends the wait.
  void Count() {
    const std::lock_guard lock(mutex_);
    if (left_ > 0 && --left_ == 0) End({});
  }

  void Fail(Status status) {
    const std::lock_guard lock(mutex_);
    End(std::move(status));
  }

  /// `patience` 0: for ever. Running out of it is no error; the caller knows what it means.
  Status Wait(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    const auto ended = [this] { return result_.has_value(); };
    if (patience.count() == 0) {
      changed_.wait(lock, ended);
    } else if (!changed_.wait_for(lock, patience, ended)) {
      return {};
    }
    return *result_;
  }

 private:
  void End(Status status) {
    if (!result_.has_value()) result_ = std::move(status);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int left_;
  std::optional<Status> result_;
};

struct WatchOptions {
  int count = 0;            ///< Stop after so many; 0: never.
  std::string patience;     ///< Stop after so long; empty: never.
};

void AddWatchOptions(CLI::App& command, WatchOptions& options) {
  command.add_option("--count", options.count, "Stop after so many lines (default: never)")->check(CLI::NonNegativeNumber);
  command.add_option("--for", options.patience, "Stop after this long, such as 30s (default: never)");
}

StatusOr<std::chrono::milliseconds> PatienceOf(const WatchOptions& options) {
  if (options.patience.empty()) return std::chrono::milliseconds(0);
  auto patience = ParseDuration(options.patience);
  return patience.ok() ? patience : Annotate(patience.status(), "--for");
}

Status WatchPresence(Context& context, const std::vector<std::string>& friends, const WatchOptions& options) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  OOFGG_ASSIGN_OR_RETURN(const auto patience, PatienceOf(options));
  Watch watch(options.count);
  PresenceWatch presence = client->presence().Watch(friends, [&](const StatusOr<PresenceUpdate>& update) {
    if (!update.ok()) return watch.Fail(update.status());
    const bool online = update->state == PresenceState::kOnline;
    context.Print(update->user_id + (online ? " is online" : " is offline"),
                  {{"user_id", update->user_id}, {"online", online}, {"version", update->version}});
    watch.Count();
  });
  return watch.Wait(patience);
}

Status CreateGame(Context& context, const CreateGameRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  OOFGG_ASSIGN_OR_RETURN(const Game game, client->games().CreateGame(request));
  context.Print(game.id, {{"game_id", game.id}, {"name", game.name}});
  return {};
}

Status ListGames(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  GetGameRequest request;
  do {
    OOFGG_ASSIGN_OR_RETURN(const GamesPage page, client->games().GetGame(request));
    for (const Game& game : page.games) {
      context.Print(game.id + "  " + game.name, {{"game_id", game.id}, {"name", game.name}});
    }
    request.cursor = page.next_cursor;
  } while (!request.cursor.empty());
  return {};
}

std::string TextOf(const Attributes& attributes, std::string_view name) {
  const auto found = attributes.find(name);
  const auto* text = found == attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text != nullptr ? *text : std::string();
}

/// Queues for a game and waits for the seat. Ends the queueing when it gives up.
Status Match(Context& context, const std::string& game_id, const WatchOptions& options) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  OOFGG_ASSIGN_OR_RETURN(const auto patience, PatienceOf(options));
  JoinLeaveRequest join;
  join.game_id = game_id;
  OOFGG_ASSIGN_OR_RETURN(const Session queued, client->games().JoinLeave(join));
  Watch watch(1);
  bool seated = false;
  const Call call = client->games().WatchQueue(queued.id, [&](const StatusOr<Session>& session) {
    if (!session.ok()) return watch.Fail(session.status());
    if (session->state == SessionState::kDeleted || session->state == SessionState::kFinished) {
      const std::string why = TextOf(session->attributes, "error");
      return watch.Fail(MakeStatus(StatusCode::kAborted, why.empty() ? "left the queue" : why));
    }
    if (session->state != SessionState::kStarted) return;
    seated = true;
    const std::string address = TextOf(session->attributes, "address");
    context.Print("matched: session " + session->id + " at " + address,
                  {{"session_id", session->id},
                   {"match_id", TextOf(session->attributes, "match_id")},
                   {"address", address},
                   {"join_ticket", TextOf(session->attributes, "join_ticket")},
                   {"players", session->user_ids}});
    watch.Count();
  });
  OOFGG_RETURN_IF_ERROR(watch.Wait(patience));
  if (seated) return {};
  join.action = JoinLeaveAction::kLeave;
  join.session_id = queued.id;
  OOFGG_RETURN_IF_ERROR(client->games().JoinLeave(join).status());
  return MakeStatus(StatusCode::kDeadlineExceeded, "no match within " + options.patience + "; left the queue");
}

json ToJson(const GameEvent& event) {
  json attributes = json::object();
  for (const auto& [name, value] : event.attributes) {
    std::visit([&attributes, &key = name](const auto& typed) { attributes[key] = typed; }, value);
  }
  return {{"seq", event.sequence},    {"name", event.name}, {"player_id", event.player_id},
          {"timestamp", event.timestamp_ms}, {"data", event.data}, {"attributes", attributes}};
}

struct EventsCommand {
  StreamEventsRequest stream;
  std::vector<std::string> send;  ///< Each `NAME` or `NAME=DATA`.
  WatchOptions watch;
};

Status Events(Context& context, const EventsCommand& command) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  OOFGG_ASSIGN_OR_RETURN(const auto patience, PatienceOf(command.watch));
  Watch watch(command.watch.count);
  EventStream stream = client->games().StreamEvents(command.stream, [&](const StatusOr<GameEvent>& event) {
    if (!event.ok()) return watch.Fail(event.status());
    context.Print("#" + std::to_string(event->sequence) + " " + event->name + " from " + event->player_id +
                      (event->data.empty() ? "" : ": " + event->data),
                  ToJson(*event));
    watch.Count();
  });
  for (const std::string& text : command.send) {
    GameEvent event;
    const std::size_t equals = text.find('=');
    event.name = text.substr(0, equals);
    if (equals != std::string::npos) event.data = text.substr(equals + 1);
    event.type = EventType::kGameEvent;
    OOFGG_RETURN_IF_ERROR(stream.Send(event));
  }
  return watch.Wait(patience);
}

void AddGameCommands(CLI::App& app, Command* chosen) {
  auto* game = app.add_subcommand("game", "Make and list games")->require_subcommand(1);
  const auto request = std::make_shared<CreateGameRequest>();
  auto* create = game->add_subcommand("create", "Make a game; prints its id");
  create->add_option("name", request->name, "What players call it")->required();
  create->add_option("--description", request->description, "What it is about");
  create->callback([=] { *chosen = [=](Context& context) { return CreateGame(context, *request); }; });
  game->add_subcommand("list", "All games")->callback([=] { *chosen = ListGames; });
}

}  // namespace

void AddPlayCommands(CLI::App& app, Command* chosen) {
  const auto friends = std::make_shared<std::vector<std::string>>();
  const auto presence_watch = std::make_shared<WatchOptions>();
  auto* presence = app.add_subcommand("presence", "Be online, and see which friends are");
  presence->add_option("friends", *friends, "User ids to watch");
  AddWatchOptions(*presence, *presence_watch);
  presence->callback([=] {
    *chosen = [=](Context& context) { return WatchPresence(context, *friends, *presence_watch); };
  });

  AddGameCommands(app, chosen);

  const auto game_id = std::make_shared<std::string>();
  const auto match_watch = std::make_shared<WatchOptions>(WatchOptions{.count = 1, .patience = "60s"});
  auto* match = app.add_subcommand("match", "Queue for a game and wait for a seat");
  match->add_option("game", *game_id, "Game id")->required();
  match->add_option("--for", match_watch->patience, "Give up after this long (default: 60s)");
  match->callback([=] { *chosen = [=](Context& context) { return Match(context, *game_id, *match_watch); }; });

  const auto events = std::make_shared<EventsCommand>();
  auto* stream = app.add_subcommand("events", "Send and see the events of a session");
  stream->add_option("session", events->stream.session_id, "Session id")->required();
  stream->add_option("--send", events->send, "NAME or NAME=DATA; may be repeated");
  stream->add_option("--after", events->stream.after_sequence, "Replay what came after this number");
  AddWatchOptions(*stream, events->watch);
  stream->callback([=] { *chosen = [=](Context& context) { return Events(context, *events); }; });
}

}  // namespace oofgg::cli
