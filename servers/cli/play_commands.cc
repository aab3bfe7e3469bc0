// presence, match, events.

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/presence_text.h"
#include "servers/cli/watch.h"
#include "servers/common/flags.h"

namespace oofgg::cli {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kMatchPatience{60'000};

/// The watched streams wait for a server that is away as long as it takes; a player wants to be told.
StatusOr<Client*> ReachedClient(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_RETURN_IF_ERROR(client->players().GetPlayer({}).status());
  return client;
}

struct PresenceCommand {
  std::vector<std::string> friends;
  std::string state;
  std::string text;
  WatchOptions watch;
};

/// Nothing if the player does not say what to show.
std::optional<PresenceStatus> StatusOf(const PresenceCommand& command) {
  if (command.state.empty() && command.text.empty()) return std::nullopt;
  PresenceStatus status;
  if (!command.state.empty()) status.state = WishedStates().at(command.state);
  status.text = command.text;
  return status;
}

/// Nobody is online by the name of another, and a watch would only say so.
void WarnOfNames(const Context& context, const std::vector<std::string>& friends) {
  constexpr std::size_t kIdLength = 36;  // Of a UUID, as oofgg-auth gives them.
  for (const std::string& id : friends) {
    if (id.size() == kIdLength) continue;
    context.Warn(id +
                 " is no id that oofgg-auth gives; if it is a name, ask the player for the id, which `oofgg "
                 "whoami` shows");
  }
}

Status WatchPresence(Context& context, const PresenceCommand& command) {
  WarnOfNames(context, command.friends);
  Watch watch(static_cast<int>(command.watch.count));
  OOFGG_ASSIGN_OR_RETURN(Client* const client, ReachedClient(context));
  context.Hint("online; Ctrl-C goes offline");
  const PresenceWatch presence = client->presence().Watch(
      command.friends,
      [&](const StatusOr<PresenceUpdate>& update) {
        if (!update.ok()) return watch.Fail(update.status());
        context.Print(update->user_id + " is " + StateText(*update), JsonOf(*update));
        watch.Count();
      },
      {.status = StatusOf(command), .on_stale = {}});
  return watch.Wait(command.watch.patience).status();
}

std::string TextOf(const Attributes& attributes, std::string_view name) {
  const auto found = attributes.find(name);
  const auto* text = found == attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text != nullptr ? *text : std::string();
}

void PrintSeat(const Context& context, const Session& session) {
  const std::string address = TextOf(session.attributes, "address");
  context.Print("matched: session " + session.id + " at " + address,
                {{"session_id", session.id},
                 {"match_id", TextOf(session.attributes, "match_id")},
                 {"address", address},
                 {"join_ticket", TextOf(session.attributes, "join_ticket")},
                 {"players", session.user_ids}});
}

/// Queues for a game and waits for the seat. Ends the queueing when it gives up.
Status Match(Context& context, const std::string& game_id, std::chrono::milliseconds patience) {
  Watch watch(1);
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  JoinLeaveRequest join;
  join.game_id = game_id;
  OOFGG_ASSIGN_OR_RETURN(const Session queued, client->games().JoinLeave(join));
  const std::string time = servers::FormatDuration(patience);
  context.Hint("in the queue; waiting up to " + time + " for other players, Ctrl-C leaves");
  const Call call = client->games().WatchQueue(queued.id, [&](const StatusOr<Session>& session) {
    if (!session.ok()) return watch.Fail(session.status());
    if (session->state == SessionState::kDeleted || session->state == SessionState::kFinished) {
      const std::string why = TextOf(session->attributes, "error");
      return watch.Fail(MakeStatus(StatusCode::kAborted, why.empty() ? "taken out of the queue" : why));
    }
    if (session->state != SessionState::kStarted) return;
    PrintSeat(context, *session);
    watch.Count();
  });
  OOFGG_ASSIGN_OR_RETURN(const Watch::End end, watch.Wait(patience));
  if (end == Watch::End::kCounted) return {};
  join.action = JoinLeaveAction::kLeave;
  join.session_id = queued.id;
  OOFGG_RETURN_IF_ERROR(client->games().JoinLeave(join).status());
  if (end == Watch::End::kInterrupted)
    return MakeStatus(StatusCode::kCancelled, "interrupted; left the queue");
  return MakeStatus(StatusCode::kDeadlineExceeded, "no match within " + time + "; left the queue");
}

json ToJson(const GameEvent& event) {
  json attributes = json::object();
  for (const auto& [name, value] : event.attributes) {
    std::visit([&attributes, &key = name](const auto& typed) { attributes[key] = typed; }, value);
  }
  return {{"seq", event.sequence},           {"name", event.name}, {"player_id", event.player_id},
          {"timestamp", event.timestamp_ms}, {"data", event.data}, {"attributes", attributes}};
}

struct EventsCommand {
  std::string session;
  std::vector<std::string> send;  ///< Each `NAME` or `NAME=DATA`.
  std::int64_t after = 0;
  WatchOptions watch;
};

Status Events(Context& context, const EventsCommand& command) {
  Watch watch(static_cast<int>(command.watch.count));
  OOFGG_ASSIGN_OR_RETURN(Client* const client, ReachedClient(context));
  StreamEventsRequest request;
  request.session_id = command.session;
  request.after_sequence = static_cast<std::uint64_t>(command.after);
  EventStream stream = client->games().StreamEvents(request, [&](const StatusOr<GameEvent>& event) {
    if (!event.ok()) return watch.Fail(event.status());
    context.Print("#" + std::to_string(event->sequence) + " " + event->name + " from " + event->player_id +
                      (event->data.empty() ? "" : ": " + event->data),
                  ToJson(*event));
    watch.Count();
  });
  context.Hint("listening; Ctrl-C leaves");
  for (const std::string& text : command.send) {
    GameEvent event;
    const std::size_t equals = text.find('=');
    event.name = text.substr(0, equals);
    if (equals != std::string::npos) event.data = text.substr(equals + 1);
    event.type = EventType::kGameEvent;
    OOFGG_RETURN_IF_ERROR(stream.Send(event));
  }
  return watch.Wait(command.watch.patience).status();
}

}  // namespace

void AddPlayCommands(CLI::App& app, Command* chosen) {
  const auto watching = std::make_shared<PresenceCommand>();
  auto* presence = app.add_subcommand("presence", "Be online, and see which friends are");
  presence->add_option("FRIEND", watching->friends,
                       "User ids to watch, as `oofgg whoami` shows each player their own");
  presence
      ->add_option(
          "--state", watching->state,
          "What others see: " + NamesOf(WishedStates(), ", ") + " (default: as before, at first online)")
      ->option_text("STATE")
      ->check(CLI::IsMember(WishedStates()));
  presence->add_option("--text", watching->text, "Words for others, 256 bytes at most (default: as before)")
      ->option_text("TEXT");
  AddWatchOptions(*presence, watching->watch);
  presence->callback([=] { *chosen = [=](Context& context) { return WatchPresence(context, *watching); }; });

  const auto game_id = std::make_shared<std::string>();
  const auto patience = std::make_shared<std::chrono::milliseconds>(kMatchPatience);
  auto* match = app.add_subcommand("match", "Queue for a game and wait for a seat");
  AddPositional(*match, "GAME", game_id.get(), "Its id, as `oofgg game list` shows it");
  AddDuration(*match, "--for", patience.get(),
              "Give up after this long (default: " + servers::FormatDuration(kMatchPatience) + ")");
  match->callback([=] { *chosen = [=](Context& context) { return Match(context, *game_id, *patience); }; });

  const auto events = std::make_shared<EventsCommand>();
  auto* stream = app.add_subcommand("events", "Send and see the events of a session");
  AddPositional(*stream, "SESSION", &events->session, "Its id, as `oofgg match` shows it");
  stream->add_option("--send", events->send, "May be given several times (default: none)")
      ->type_name("NAME[=DATA]")
      ->allow_extra_args(false);
  AddInteger(*stream, "--after", &events->after,
             "Replay first what came after this number (default: 0, nothing)", 0);
  AddWatchOptions(*stream, events->watch);
  stream->callback([=] { *chosen = [=](Context& context) { return Events(context, *events); }; });
}

}  // namespace oofgg::cli
