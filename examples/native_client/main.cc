// oofgg-player: one player's evening, as a native game client would have it. Registers or logs in, sees a
// friend come online, is matched, exchanges events with the others of the match, plays the arena over its
// socket, submits a score and reads the leaderboard. Each step is printed with the time it took.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "arena_player.h"
#include "oofgg/grpc_transport.h"
#include "oofgg/oofgg.h"
#include "oofgg/version.h"

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Evening {
  std::string name;
  std::string game_id;
  std::string friends_file;  ///< Lines `NAME ID`, one for each player who is there, this one too.
  int friends = 0;           ///< How many others to wait for.
  oofgg::Endpoints endpoints;
};

/// Prints steps with the milliseconds since the last one.
class Steps {
 public:
  explicit Steps(std::string name) : name_(std::move(name)) {}

  void Done(const std::string& what) {
    const auto now = steady_clock::now();
    const double took = std::chrono::duration<double, std::milli>(now - last_).count();
    last_ = now;
    std::printf("%-8s %8.1f ms  %s\n", name_.c_str(), took, what.c_str());
    std::fflush(stdout);
  }

 private:
  const std::string name_;
  steady_clock::time_point last_ = steady_clock::now();
};

/// A value that callbacks change and the player waits for.
class Board {
 public:
  template <typename Change>
  void Update(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  template <typename Condition>
  bool WaitFor(Condition condition, milliseconds patience = std::chrono::seconds(60)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, condition);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

oofgg::Status TimedOut(const std::string& what) {
  return oofgg::MakeStatus(oofgg::StatusCode::kDeadlineExceeded, "waited in vain for " + what);
}

oofgg::StatusOr<std::string> SignIn(oofgg::Client& client, const Evening& evening, Steps& steps) {
  std::string password;
  std::getline(std::cin, password);
  const auto registered =
      client.auth().Register({.username = evening.name, .email = {}, .password = password});
  if (registered.ok()) {
    steps.Done("registered as " + evening.name);
  } else if (registered.status().code() != oofgg::StatusCode::kAlreadyExists) {
    return registered.status();
  }
  OOFGG_ASSIGN_OR_RETURN(const auto tokens,
                         client.auth().Login({.username = evening.name, .password = password}));
  steps.Done("logged in");
  oofgg::Player profile;
  profile.username = evening.name;
  OOFGG_RETURN_IF_ERROR(client.players().CreatePlayer(profile).status());
  return tokens.user_id;
}

/// Tells the other players our id and learns theirs: in a real game, the friend list does.
oofgg::StatusOr<std::vector<std::string>> MeetFriends(const Evening& evening, const std::string& me) {
  std::ofstream(evening.friends_file, std::ios::app) << evening.name + " " + me + "\n" << std::flush;
  const auto give_up = steady_clock::now() + std::chrono::seconds(60);
  while (steady_clock::now() < give_up) {
    std::set<std::string> friends;
    std::ifstream file(evening.friends_file);
    for (std::string name, id; file >> name >> id;) {
      if (id != me) friends.insert(id);
    }
    if (static_cast<int>(friends.size()) >= evening.friends)
      return std::vector(friends.begin(), friends.end());
    usleep(5'000);
  }
  return TimedOut("the other players to register");
}

/// Being online, and knowing which friends are.
class Friends {
 public:
  Friends(oofgg::Client& client, const std::vector<std::string>& friends)
      : watch_(client.presence().Watch(friends, [this](const oofgg::StatusOr<oofgg::PresenceUpdate>& update) {
          board_.Update([&] {
            if (!update.ok()) return;
            if (update->state != oofgg::PresenceState::kOffline) {
              online_.insert(update->user_id);
            } else {
              online_.erase(update->user_id);
            }
          });
        })) {}

  bool WaitUntilOnline(std::size_t count) {
    return board_.WaitFor([&] { return online_.size() >= count; });
  }

 private:
  Board board_;
  std::set<std::string> online_;
  oofgg::PresenceWatch watch_;  // Last: its callback uses the others.
};

std::string TextOf(const oofgg::Session& session, const char* name) {
  const auto found = session.attributes.find(name);
  const auto* text = found == session.attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text != nullptr ? *text : std::string();
}

oofgg::StatusOr<oofgg::Session> FindMatch(oofgg::Client& client, const std::string& game_id) {
  oofgg::JoinLeaveRequest join;
  join.game_id = game_id;
  OOFGG_ASSIGN_OR_RETURN(const oofgg::Session queued, client.games().JoinLeave(join));
  Board board;
  oofgg::StatusOr<oofgg::Session> match = TimedOut("a match");
  bool ended = false;
  const oofgg::Call call =
      client.games().WatchQueue(queued.id, [&](const oofgg::StatusOr<oofgg::Session>& session) {
        board.Update([&] {
          if (session.ok() && session->state == oofgg::SessionState::kQueued) return;
          match = session;
          ended = true;
        });
      });
  board.WaitFor([&] { return ended; });
  if (match.ok() && match->state != oofgg::SessionState::kStarted) {
    return oofgg::MakeStatus(oofgg::StatusCode::kAborted, "no match: " + TextOf(*match, "error"));
  }
  return match;
}

/// Says hello to everybody in the match and waits for everybody's hello. Whoever comes later has missed the
/// first hellos, so one more is said after everybody was heard, and its echo waited for: then all have it.
oofgg::Status ExchangeHellos(oofgg::Client& client, const oofgg::Session& match, const std::string& me,
                             Steps& steps) {
  Board board;
  std::set<std::string> heard;
  int echoes = 0;
  oofgg::Status failure;
  oofgg::StreamEventsRequest request;
  request.session_id = match.id;
  oofgg::EventStream stream =
      client.games().StreamEvents(request, [&](const oofgg::StatusOr<oofgg::GameEvent>& event) {
        board.Update([&] {
          if (!event.ok()) {
            failure = event.status();
          } else if (event->name == "hello") {
            heard.insert(event->player_id);
            if (event->player_id == me) ++echoes;
          }
        });
      });
  oofgg::GameEvent hello;
  hello.name = "hello";
  hello.type = oofgg::EventType::kGameEvent;
  const auto everybody = [&] { return heard.size() >= match.user_ids.size() || !failure.ok(); };
  int said = 0;
  do {
    OOFGG_RETURN_IF_ERROR(stream.Send(hello));
    ++said;
  } while (!board.WaitFor(everybody, milliseconds(250)) && said < 200);
  OOFGG_RETURN_IF_ERROR(stream.Send(hello));
  ++said;
  if (!board.WaitFor([&] { return echoes >= said || !failure.ok(); })) return TimedOut("our own hello");
  OOFGG_RETURN_IF_ERROR(failure);
  steps.Done("heard a hello event from all " + std::to_string(heard.size()) + " players of the match");
  return {};
}

oofgg::Status Play(const Evening& evening) {
  Steps steps(evening.name);
  oofgg::GrpcTransportOptions transport;
  transport.endpoints = evening.endpoints;
  oofgg::Client client(oofgg::MakeGrpcTransport(transport));
  OOFGG_ASSIGN_OR_RETURN(const std::string me, SignIn(client, evening, steps));
  OOFGG_ASSIGN_OR_RETURN(const auto ids, MeetFriends(evening, me));
  Friends friends(client, ids);
  if (!friends.WaitUntilOnline(ids.size())) return TimedOut("friends to come online");
  steps.Done("sees " + std::to_string(ids.size()) + " friends online");

  OOFGG_ASSIGN_OR_RETURN(const oofgg::Session match, FindMatch(client, evening.game_id));
  const std::string address = TextOf(match, "address");
  steps.Done("matched with " + std::to_string(match.user_ids.size() - 1) + " other, seat at " + address);
  OOFGG_RETURN_IF_ERROR(ExchangeHellos(client, match, me, steps));

  OOFGG_ASSIGN_OR_RETURN(const auto result,
                         example::PlayArena(address, TextOf(match, "join_ticket"),
                                            [&steps](const std::string& what) { steps.Done(what); }));
  const bool won = result.winner == me;
  steps.Done((won ? "won with " : "lost with ") + std::to_string(result.coins) + " coins after " +
             std::to_string(result.moves) + " moves");

  oofgg::ScoreSubmission score;
  score.game_id = evening.game_id;
  score.instance_id = TextOf(match, "match_id");
  score.value = result.coins * 10 + (won ? 100 : 0);
  OOFGG_ASSIGN_OR_RETURN(const auto entry, client.scores().SubmitScore(score));
  steps.Done("scored " + std::to_string(score.value) + ", rank " + std::to_string(entry.rank));
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  Evening evening;
  CLI::App app("One player of the demo; the password is read from stdin.", "oofgg-player");
  app.add_option("name", evening.name, "User name")->required();
  app.add_option("--game-id", evening.game_id, "Which game to play")->required();
  app.add_option("--friends-file", evening.friends_file, "Where players tell each other their ids")
      ->required();
  app.add_option("--friends", evening.friends, "How many other players to wait for")->required();
  app.add_option("--auth", evening.endpoints.auth, "gRPC of oofgg-auth");
  app.add_option("--game", evening.endpoints.game, "gRPC of oofgg-game");
  app.add_option("--maker", evening.endpoints.maker, "gRPC of oofgg-maker");
  app.set_version_flag("--version", "oofgg-player " OOFGG_VERSION);
  CLI11_PARSE(app, argc, argv);
  const oofgg::Status status = Play(evening);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s: %s\n", evening.name.c_str(), status.ToString().c_str());
  return 1;
}
