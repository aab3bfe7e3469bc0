#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/unit/wire/all_protos.h"
#include "wire/codec.h"

// Which member of a struct is which field of the wire, spelled out: a round trip alone would not notice two
// that are swapped both ways.
namespace oofgg::wire {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

template <class Message>
std::string TextOf(const std::string& bytes) {
  Message message;
  EXPECT_TRUE(message.ParseFromString(bytes));
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(message, &text);
  return text.empty() ? text : text.substr(0, text.size() - 1);  // The printer ends with a space.
}

template <class M>
std::string RequestText(const typename M::Request& request) {
  return TextOf<typename ProtoOf<M>::Request>(EncodeRequest<M>(request));
}

template <class M>
std::string ResponseText(const typename M::Response& response) {
  return TextOf<typename ProtoOf<M>::Response>(EncodeResponse<M>(response));
}

TEST(CodecText, Auth) {
  EXPECT_EQ(RequestText<methods::Register>({.username = "ada", .email = "a@b.c", .password = "pw"}),
            R"(username: "ada" email: "a@b.c" password: "pw")");
  EXPECT_EQ(RequestText<methods::Login>({.username = "ada", .password = "pw"}),
            R"(username: "ada" password: "pw")");
  EXPECT_EQ(RequestText<methods::RefreshToken>({.refresh_token = "r"}), R"(refresh_token: "r")");
  EXPECT_EQ(RequestText<methods::ValidateToken>({.access_token = "a"}), R"(access_token: "a")");
  const AuthTokens tokens{
      .user_id = "u", .access_token = "a", .refresh_token = "r", .expires_in = seconds(900)};
  EXPECT_EQ(ResponseText<methods::Register>(tokens),
            R"(user_id: "u" access_token: "a" refresh_token: "r" expires_in: 900)");
  EXPECT_EQ(ResponseText<methods::Login>(tokens), R"(access_token: "a" refresh_token: "r" expires_in: 900)");
  EXPECT_EQ(RequestText<methods::TwitchLogin>({.helix_token = "h", .client_id = "c", .user_id = "t"}),
            R"(helix_token: "h" client_id: "c" user_id: "t")");
  EXPECT_EQ(ResponseText<methods::TwitchLogin>(tokens),
            R"(access_token: "a" refresh_token: "r" expires_in: 900)");
  EXPECT_EQ(ResponseText<methods::RefreshToken>(tokens),
            R"(access_token: "a" refresh_token: "r" expires_in: 900)");
  EXPECT_EQ(ResponseText<methods::ValidateToken>({.is_valid = true, .user_id = "u", .role = "admin"}),
            R"(is_valid: true user_id: "u" role: "admin")");
}

constexpr WallTime kFirst{milliseconds(1)};
constexpr WallTime kSecond{milliseconds(2)};
constexpr WallTime kThird{milliseconds(3)};

TEST(CodecText, Account) {
  EXPECT_EQ(RequestText<methods::GuestLogin>({.device_secret = "s"}), R"(device_secret: "s")");
  EXPECT_EQ(RequestText<methods::ServiceLogin>({.credential = "c"}), R"(credential: "c")");
  EXPECT_EQ(ResponseText<methods::GuestLogin>(
                {.user_id = "u", .access_token = "a", .refresh_token = "r", .expires_in = seconds(900)}),
            R"(user_id: "u" access_token: "a" refresh_token: "r" expires_in_seconds: 900)");
  EXPECT_EQ(RequestText<methods::ResetPassword>({.email = "e", .code = "c", .new_password = "n"}),
            R"(email: "e" code: "c" new_password: "n")");
  EXPECT_EQ(RequestText<methods::VerifyEmail>({.user_id = "u", .code = "c"}), R"(user_id: "u" code: "c")");
  EXPECT_EQ(RequestText<methods::UpgradeAccount>({.username = "n", .email = "e", .password = "p"}),
            R"(username: "n" email: "e" password: "p")");
  EXPECT_EQ(RequestText<methods::ChangePassword>({.current_password = "c", .new_password = "n"}),
            R"(current_password: "c" new_password: "n")");
  EXPECT_EQ(RequestText<methods::LinkTwitch>({.helix_token = "h", .current_password = "c"}),
            R"(helix_token: "h" current_password: "c")");
  EXPECT_EQ(RequestText<methods::RequestEmailCode>({.email = "e", .current_password = "c"}),
            R"(email: "e" current_password: "c")");
  EXPECT_EQ(ResponseText<methods::GetAccount>({.user_id = "u",
                                               .username = "n",
                                               .email = "e",
                                               .email_verified = true,
                                               .role = "user",
                                               .guest = true,
                                               .has_password = true,
                                               .created_at = kFirst,
                                               .banned = true,
                                               .banned_until = kSecond,
                                               .ban_reason = "b",
                                               .identities = {{.provider = "twitch", .created_at = kThird}}}),
            R"(user_id: "u" username: "n" email: "e" email_verified: true role: "user" guest: true )"
            R"(has_password: true created_at_ms: 1 banned: true banned_until_ms: 2 ban_reason: "b" )"
            R"(identities { provider: "twitch" created_at_ms: 3 })");
  EXPECT_EQ(ResponseText<methods::ListSessions>({{{.session_id = "s",
                                                   .label = "l",
                                                   .created_at = kFirst,
                                                   .last_used_at = kSecond,
                                                   .expires_at = kThird,
                                                   .current = true}}}),
            R"(sessions { session_id: "s" label: "l" created_at_ms: 1 last_used_at_ms: 2 )"
            R"(expires_at_ms: 3 current: true })");
}

TEST(CodecText, Admin) {
  EXPECT_EQ(RequestText<methods::FindAccount>({.user_id = "u", .name = "n"}), R"(user_id: "u" name: "n")");
  EXPECT_EQ(RequestText<methods::Ban>({.user_id = "u", .reason = "r", .duration = seconds(60)}),
            R"(user_id: "u" reason: "r" duration_seconds: 60)");
  EXPECT_EQ(RequestText<methods::SetRole>({.user_id = "u", .role = "admin"}),
            R"(user_id: "u" role: "admin")");
  EXPECT_EQ(
      RequestText<methods::CreateServiceCredential>({.name = "n", .game_id = "g", .lifetime = seconds(60)}),
      R"(name: "n" game_id: "g" lifetime_seconds: 60)");
  EXPECT_EQ(RequestText<methods::RotateServiceCredential>({.id = "i", .overlap = seconds(60)}),
            R"(id: "i" overlap_seconds: 60)");
  EXPECT_EQ(RequestText<methods::ListServiceCredentials>({.after_id = "i", .limit = 7}),
            R"(after_id: "i" limit: 7)");
  EXPECT_EQ(ResponseText<methods::CreateServiceCredential>({.id = "i",
                                                            .name = "n",
                                                            .game_id = "g",
                                                            .created_at = kFirst,
                                                            .expires_at = kSecond,
                                                            .former_until = kThird,
                                                            .revoked = true,
                                                            .credential = "c"}),
            R"(id: "i" name: "n" game_id: "g" created_at_ms: 1 expires_at_ms: 2 former_until_ms: 3 )"
            R"(revoked: true credential: "c")");
}

TEST(CodecText, Revocations) {
  EXPECT_EQ(RequestText<methods::WatchRevocations>({.cursor = "c"}), R"(cursor: "c")");
  EXPECT_EQ(ResponseText<methods::WatchRevocations>(
                {.sessions = {{.session_id = "s", .revoked_at = kFirst, .until = kSecond}},
                 .cursor = "c",
                 .reset = true,
                 .deleted_users = {{.user_id = "u", .deleted_at = kFirst, .until = kThird}}}),
            R"(sessions { session_id: "s" revoked_at_ms: 1 until_ms: 2 } cursor: "c" reset: true )"
            R"(deleted_users { user_id: "u" deleted_at_ms: 1 until_ms: 3 })");
}

TEST(CodecText, Presence) {
  EXPECT_EQ(RequestText<methods::Connect>({.friends = {"b", "c"}, .set_friends = true, .sign_off = true}),
            R"(friends { user_ids: "b" user_ids: "c" } sign_off: true)");
  EXPECT_EQ(RequestText<methods::Connect>({.friends = {}, .set_friends = true}), "friends { }");
  EXPECT_EQ(RequestText<methods::Connect>({.friends = {"not meant"}}), "");
  EXPECT_EQ(ResponseText<methods::Connect>({.user_id = "b", .state = PresenceState::kOnline, .version = 7}),
            R"(user_id: "b" state: PRESENCE_STATE_ONLINE version: 7)");
  EXPECT_EQ(RequestText<methods::Connect>({.friends = {}, .status = PresenceStatus{PresenceState::kOffline}}),
            "status { state: PRESENCE_STATE_OFFLINE }");
  EXPECT_EQ(RequestText<methods::Connect>(
                {.friends = {}, .status = PresenceStatus{PresenceState::kInMatch, "3:1", "s1"}}),
            R"(status { state: PRESENCE_STATE_IN_MATCH text: "3:1" session_id: "s1" })");
  EXPECT_EQ(
      ResponseText<methods::Connect>(
          {.user_id = "b", .state = PresenceState::kAway, .version = 7, .text = "tea", .session_id = "s1"}),
      R"(user_id: "b" state: PRESENCE_STATE_AWAY version: 7 text: "tea" session_id: "s1")");
}

TEST(CodecText, Matchmaking) {
  EXPECT_EQ(RequestText<methods::CreateTicket>({.game_id = "g",
                                                .players = {"a", "b"},
                                                .numbers = {{"skill", 1.5}},
                                                .strings = {{"mode", "duel"}}}),
            R"(game_id: "g" players: "a" players: "b" numbers { key: "skill" value: 1.5 } )"
            R"(strings { key: "mode" value: "duel" })");
  EXPECT_EQ(RequestText<methods::CancelTicket>({.id = "t"}), R"(id: "t")");
  Ticket ticket{.id = "t",
                .game_id = "g",
                .players = {"a"},
                .state = TicketState::kAssigned,
                .match_id = "m",
                .assignment = {.match_id = "m2",
                               .address = "127.0.0.1:3101",
                               .join_ticket = "j",
                               .teams = {{"a", "b"}, {"c"}}},
                .error = "e",
                .waited = milliseconds(1'500)};
  EXPECT_EQ(ResponseText<methods::WatchTicket>(ticket),
            R"(id: "t" game_id: "g" players: "a" state: TICKET_STATE_ASSIGNED match_id: "m" )"
            R"(assignment { match_id: "m2" address: "127.0.0.1:3101" join_ticket: "j" )"
            R"(teams { players: "a" players: "b" } teams { players: "c" } } error: "e" waited_ms: 1500)");
  ticket.state = TicketState::kMatched;  // No assignment yet, so none is sent.
  EXPECT_EQ(
      ResponseText<methods::GetTicket>(ticket),
      R"(id: "t" game_id: "g" players: "a" state: TICKET_STATE_MATCHED match_id: "m" error: "e" waited_ms: 1500)");
}

TEST(CodecText, Fleet) {
  EXPECT_EQ(RequestText<methods::ListGameServers>({.fleet = "f"}), R"(fleet: "f")");
  EXPECT_EQ(
      ResponseText<methods::ListGameServers>({.servers = {{.id = "s",
                                                           .fleet = "f",
                                                           .state = GameServerState::kDraining,
                                                           .address = "h:1",
                                                           .slots = 3,
                                                           .reserved = 2}}}),
      R"(servers { id: "s" fleet: "f" state: GAME_SERVER_STATE_DRAINING address: "h:1" slots: 3 reserved: 2 })");
}

TEST(CodecText, ServersThatRegister) {
  EXPECT_EQ(RequestText<methods::RegisterGameServer>(
                {.id = "i", .instance = "n", .fleet = "f", .address = "h:1", .control = "c:2", .slots = 3}),
            R"(id: "i" instance: "n" fleet: "f" address: "h:1" control: "c:2" slots: 3)");
  EXPECT_EQ(ResponseText<methods::RegisterGameServer>(
                {.server_id = "i.n", .lease = std::chrono::milliseconds(1'500), .maker_keys = "k"}),
            R"(server_id: "i.n" lease_ms: 1500 maker_keys: "k")");
  EXPECT_EQ(
      RequestText<methods::ReportGameServer>(
          {.server_id = "i.n", .slots = 3, .reserved = 2, .players = 1, .draining = true, .unhealthy = true}),
      R"(server_id: "i.n" slots: 3 reserved: 2 players: 1 draining: true unhealthy: true)");
  EXPECT_EQ(RequestText<methods::DeregisterGameServer>({.server_id = "i.n", .reason = "r"}),
            R"(server_id: "i.n" reason: "r")");
}

TEST(CodecText, Games) {
  EXPECT_EQ(RequestText<methods::CreateGame>({.name = "n", .description = "d", .data = "x"}),
            R"(name: "n" description: "d" data: "x")");
  EXPECT_EQ(RequestText<methods::GetGame>({.id = "g", .limit = 5, .cursor = "c"}),
            R"(id: "g" limit: 5 cursor: "c")");
  EXPECT_EQ(RequestText<methods::GetGame>({}), "");
  const Game game{.id = "g",
                  .name = "n",
                  .short_description = "s",
                  .description = "d",
                  .image_url = "u",
                  .max_sessions = 8,
                  .max_players_per_session = 4,
                  .data = "x",
                  .owner_id = "kept here"};
  const std::string text = R"(id: "g" name: "n" short_description: "s" description: "d" image_url: "u" )"
                           R"(max_sessions: "8" max_players_per_session: "4" data: "x")";
  EXPECT_EQ(ResponseText<methods::CreateGame>(game), "single_game { " + text + " }");
  EXPECT_EQ(ResponseText<methods::GetGame>({.games = {game}, .next_cursor = "c"}),
            R"(pagination { next_page_token: "c" } games { games { )" + text + " } }");
  EXPECT_EQ(ResponseText<methods::GetGame>({}), "games { }");
}

TEST(CodecText, OneGameIsReadAsAPage) {
  ::v1::api::game::PaginatedResponse message;
  message.mutable_game()->set_id("g");
  const auto page = DecodeResponse<methods::GetGame>(message.SerializeAsString());
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->games.size(), 1u);
  EXPECT_EQ(page->games[0].id, "g");
}

TEST(CodecText, OneEntityIsReadAsAList) {
  ::v1::api::game::PaginatedResponse message;
  message.mutable_entity()->set_id("e");
  const auto list = DecodeResponse<methods::GetEntity>(message.SerializeAsString());
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->entities.size(), 1u);
  EXPECT_EQ(list->entities[0].id, "e");
}

TEST(CodecText, AnEntitysValuesNeedTheirKeys) {
  ::v1::api::game::EntityUpdateRequest message;
  message.add_attributes()->set_int_value(1);
  const auto request = DecodeRequest<methods::UpdateEntity>(message.SerializeAsString());
  ASSERT_FALSE(request.ok());
  EXPECT_EQ(FieldViolationsOf(request.status()).at(0).field, "attributes");
}

template <class M>
typename M::Request ThroughTheWire(const typename M::Request& request) {
  const auto read = DecodeRequest<M>(EncodeRequest<M>(request));
  EXPECT_TRUE(read.ok()) << read.status();
  return read.value_or(typename M::Request());
}

TEST(CodecText, AnUpdateNamesWhatItChanges) {
  // As an old client says it: what is not the default.
  ::v1::api::game::SessionUpdate old;
  old.set_id("s");
  old.add_user_ids("a");
  auto read = DecodeRequest<methods::UpdateSession>(old.SerializeAsString());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->user_ids, std::vector<std::string>{"a"});
  EXPECT_FALSE(read->state || read->region || read->data || read->replace_attributes);

  // With a mask: what it names, whatever it holds.
  for (const char* path : {"state", "region", "data", "attributes", "attributes.a.b"}) {
    old.mutable_update_mask()->add_paths(path);
  }
  (*old.mutable_attributes())["x"].set_bool_value(true);
  read = DecodeRequest<methods::UpdateSession>(old.SerializeAsString());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->user_ids.has_value());
  EXPECT_EQ(read->state, SessionState::kCreated);
  EXPECT_EQ(read->region, 0);
  EXPECT_EQ(read->data, "");
  EXPECT_TRUE(read->replace_attributes);
  EXPECT_EQ(read->attributes, (Attributes{{"x", true}}));
  EXPECT_EQ(read->remove_attributes, std::vector<std::string>{"a.b"});

  old.mutable_update_mask()->add_paths("owner");
  EXPECT_EQ(
      FieldViolationsOf(DecodeRequest<methods::UpdateSession>(old.SerializeAsString()).status()).at(0).field,
      "update_mask");
}

TEST(CodecText, UpdatesArriveAsTheyWereMeant) {
  const auto session = ThroughTheWire<methods::UpdateSession>({.id = "s",
                                                               .version = 7,
                                                               .user_ids = std::vector<std::string>(),
                                                               .attributes = {{"k", 1}},
                                                               .remove_attributes = {"gone"}});
  EXPECT_EQ(session.version, 7);
  EXPECT_EQ(session.user_ids, std::vector<std::string>());
  EXPECT_EQ(session.attributes, (Attributes{{"k", 1}}));
  EXPECT_EQ(session.remove_attributes, std::vector<std::string>{"gone"});
  EXPECT_FALSE(session.state || session.region || session.data || session.replace_attributes);

  const auto emptied =
      ThroughTheWire<methods::UpdateSession>({.id = "s", .state = SessionState::kCreated, .data = ""});
  EXPECT_EQ(emptied.state, SessionState::kCreated);
  EXPECT_EQ(emptied.data, "");
  EXPECT_FALSE(emptied.user_ids || emptied.region);

  const auto game = ThroughTheWire<methods::UpdateGame>(
      {.id = "g", .description = "", .max_sessions = 0, .score_rules = ScoreRules()});
  EXPECT_EQ(game.description, "");
  EXPECT_EQ(game.max_sessions, 0u);
  EXPECT_EQ(game.score_rules, ScoreRules());
  EXPECT_FALSE(game.name || game.data || game.max_players_per_session || game.image_url);
}

TEST(CodecText, Sessions) {
  const std::string common =
      R"(game_id: "g" user_ids: "a" user_ids: "b" state: STATE_QUEUED )"
      R"(attributes { key: "bool" value { bool_value: true } } region: EU_WEST data: "x")";
  EXPECT_EQ(RequestText<methods::CreateSession>({.game_id = "g",
                                                 .user_ids = {"a", "b"},
                                                 .state = SessionState::kQueued,
                                                 .attributes = {{"bool", true}},
                                                 .region = 4,
                                                 .data = "x"}),
            common);
  EXPECT_EQ(RequestText<methods::GetSession>({.id = "s", .game_id = "g"}), R"(id: "s" game_id: "g")");
  EXPECT_EQ(RequestText<methods::JoinLeave>({.user_id = "a",
                                             .game_id = "g",
                                             .action = JoinLeaveAction::kLeave,
                                             .team_id = "t",
                                             .session_id = "s",
                                             .region = 4}),
            R"(user_id: "a" game_id: "g" action: LEAVE team_id: "t" session_id: "s" region: EU_WEST)");
  const Session session{.id = "s",
                        .game_id = "g",
                        .user_ids = {"a", "b"},
                        .state = SessionState::kQueued,
                        .attributes = {{"bool", true}},
                        .region = 4,
                        .data = "x"};
  const std::string text = R"(id: "s" )" + common;
  EXPECT_EQ(ResponseText<methods::WatchQueue>(session), text);                       // Bare here, …
  EXPECT_EQ(ResponseText<methods::JoinLeave>(session), "session { " + text + " }");  // … wrapped there.
  EXPECT_EQ(ResponseText<methods::GetSession>({.sessions = {session}}),
            "sessions { sessions { " + text + " } }");
  EXPECT_EQ(ResponseText<methods::GetSession>({}), "sessions { }");
}

TEST(CodecText, Events) {
  EXPECT_EQ(
      RequestText<methods::StreamEvents>({.id = "e",
                                          .name = "n",
                                          .timestamp_ms = 5,
                                          .game_id = "g",
                                          .player_id = "p",
                                          .session_id = "s",
                                          .team_id = "t",
                                          .attributes = {{"speed", 1.5F}},
                                          .type = EventType::kSystem,
                                          .data = "x",
                                          .sequence = 9}),
      R"(id: "e" event_name: "n" timestamp: 5 game_id: "g" player_id: "p" session_id: "s" team_id: "t" )"
      R"(attributes { key: "speed" value { float_value: 1.5 } } type: TYPE_SYSTEM data: "x" sequence: 9)");
}

TEST(CodecText, AttributesKeepTheirKind) {
  const Attributes attributes = {{"b", false}, {"f", 0.0F}, {"i", std::int32_t{0}}, {"s", std::string()}};
  GameEvent sent;
  sent.attributes = attributes;
  const auto event = DecodeRequest<methods::StreamEvents>(EncodeRequest<methods::StreamEvents>(sent));
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->attributes, attributes);
  Session told;
  told.attributes = attributes;
  const auto session = DecodeResponse<methods::WatchQueue>(EncodeResponse<methods::WatchQueue>(told));
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(session->attributes, attributes);
}

TEST(CodecText, Players) {
  const Player player{.id = "p",
                      .username = "n",
                      .email = "e",
                      .team = "t",
                      .score = -3,
                      .is_ai = true,
                      .is_inactive = true,
                      .role = "user"};
  const std::string text =
      R"(id: "p" username: "n" email: "e" team: "t" score: -3 type: AI status: INACTIVE role: "user")";
  EXPECT_EQ(RequestText<methods::CreatePlayer>(player), text);
  EXPECT_EQ(ResponseText<methods::GetPlayer>(player), "single_player { " + text + " }");
  EXPECT_EQ(RequestText<methods::GetPlayer>({}), "");
  EXPECT_EQ(RequestText<methods::UpdatePlayer>(
                {.id = "p", .team = "", .is_ai = false, .is_inactive = true, .role = "user"}),
            R"(id: "p" team: "" type: HUMAN status: INACTIVE role: "user")");
  UpdatePlayerRequest nothing;
  nothing.id = "p";
  EXPECT_EQ(RequestText<methods::UpdatePlayer>(nothing), R"(id: "p")");
}

TEST(CodecText, Scores) {
  EXPECT_EQ(
      RequestText<methods::SubmitScore>({.player_id = "p",
                                         .game_id = "g",
                                         .instance_id = "i",
                                         .value = -7,
                                         .score_type = "t",
                                         .metadata = {{"k", "v"}}}),
      R"(player_id: "p" game_id: "g" instance_id: "i" value: -7 score_type: "t" metadata { key: "k" value: "v" })");
  EXPECT_EQ(
      RequestText<methods::GetPlayerScores>({.player_id = "p", .game_id = "g", .limit = 2, .cursor = "c"}),
      R"(player_id: "p" game_id: "g" limit: 2 cursor: "c")");
  EXPECT_EQ(RequestText<methods::GetLeaderboard>({.game_id = "g",
                                                  .score_type = "t",
                                                  .time_period = "all_time",
                                                  .limit = 2,
                                                  .cursor = "c",
                                                  .player_ids = {"p"},
                                                  .around_player_id = "q"}),
            R"(game_id: "g" score_type: "t" time_period: "all_time" limit: 2 cursor: "c" player_ids: "p" )"
            R"(around_player_id: "q")");
  EXPECT_EQ(RequestText<methods::GetPlayerRank>(
                {.player_id = "p", .game_id = "g", .score_type = "t", .time_period = "daily"}),
            R"(player_id: "p" game_id: "g" score_type: "t" time_period: "daily")");

  const Score score{.id = "s",
                    .player_id = "p",
                    .game_id = "g",
                    .instance_id = "i",
                    .value = 7,
                    .score_type = "t",
                    .created_at = WallTime(milliseconds(1'500)),
                    .metadata = {{"k", "v"}}};
  const std::string text = R"(id: "s" player_id: "p" game_id: "g" instance_id: "i" value: 7 score_type: "t" )"
                           R"(created_at { seconds: 1 nanos: 500000000 } metadata { key: "k" value: "v" })";
  const LeaderboardEntry entry{.rank = 3, .score = score, .player_name = "n"};
  const std::string entry_text = "rank: 3 score { " + text + R"( } player_name: "n")";
  EXPECT_EQ(ResponseText<methods::SubmitScore>(entry), "leaderboard_entry { " + entry_text + " }");
  EXPECT_EQ(ResponseText<methods::GetPlayerScores>(
                {.player_id = "p", .game_id = "g", .scores = {score}, .total_count = 9, .next_cursor = "d"}),
            R"(player_scores { player_id: "p" game_id: "g" scores { )" + text +
                R"( } total_count: 9 next_cursor: "d" })");
  EXPECT_EQ(ResponseText<methods::GetLeaderboard>({.game_id = "g",
                                                   .score_type = "t",
                                                   .time_period = "all_time",
                                                   .entries = {entry},
                                                   .last_updated = WallTime(seconds(2)),
                                                   .next_cursor = "d"}),
            R"(leaderboard { game_id: "g" score_type: "t" time_period: "all_time" entries { )" + entry_text +
                R"( } last_updated { seconds: 2 } next_cursor: "d" })");
  EXPECT_EQ(
      ResponseText<methods::GetPlayerRank>({.player_id = "p",
                                            .game_id = "g",
                                            .score_type = "t",
                                            .rank = 1,
                                            .score_value = 2,
                                            .total_players = 3,
                                            .time_period = "daily"}),
      R"(player_rank { player_id: "p" game_id: "g" score_type: "t" rank: 1 score_value: 2 total_players: 3 )"
      R"(time_period: "daily" })");
}

}  // namespace
}  // namespace oofgg::wire
