#include "wire/proto_game.h"

#include "wire/update_mask.h"

namespace oofgg::wire {
namespace game_pb = ::v1::api::game;
namespace {

template <class ProtoRules>
void WriteRules(const ScoreRules& from, ProtoRules& to) {
  for (const auto& [type, rule] : from) {
    ::oofgg::v1::ScoreRule& written = to[type];
    written.set_order(WrittenEnum<::oofgg::v1::ScoreRule::Order>(rule.order));
    written.set_keep(WrittenEnum<::oofgg::v1::ScoreRule::Keep>(rule.keep));
    written.set_source(WrittenEnum<::oofgg::v1::ScoreRule::Source>(rule.source));
    if (rule.min_value != ScoreRule().min_value) written.set_min_value(rule.min_value);
    if (rule.max_value != ScoreRule().max_value) written.set_max_value(rule.max_value);
  }
}

template <class ProtoRules>
Status ReadRules(const ProtoRules& from, ScoreRules& to, Reading reading) {
  for (const auto& [type, rule] : from) {
    const std::string field = "score_rules." + type;
    ScoreRule& read = to[type];
    OOFGG_RETURN_IF_ERROR(
        ReadEnum(rule.order(), ::oofgg::v1::ScoreRule::Order_MAX, field + ".order", reading, read.order));
    OOFGG_RETURN_IF_ERROR(
        ReadEnum(rule.keep(), ::oofgg::v1::ScoreRule::Keep_MAX, field + ".keep", reading, read.keep));
    OOFGG_RETURN_IF_ERROR(
        ReadEnum(rule.source(), ::oofgg::v1::ScoreRule::Source_MAX, field + ".source", reading, read.source));
    if (rule.has_min_value()) read.min_value = rule.min_value();
    if (rule.has_max_value()) read.max_value = rule.max_value();
  }
  return {};
}

}  // namespace

void GameProto::ToProto(const Game& from, game_pb::Game& to) {
  to.set_id(from.id);
  to.set_name(from.name);
  to.set_short_description(from.short_description);
  to.set_description(from.description);
  to.set_image_url(from.image_url);
  to.set_max_sessions(std::to_string(from.max_sessions));  // The contract writes these numbers as text.
  to.set_max_players_per_session(std::to_string(from.max_players_per_session));
  if (!from.data.empty()) to.set_data(from.data);
  WriteRules(from.score_rules, *to.mutable_score_rules());
  to.set_version(from.version);
}

void GameProto::ToProto(const CreateGameRequest& from, game_pb::GameCreateRequest& to) {
  to.set_name(from.name);
  to.set_description(from.description);
  if (!from.data.empty()) to.set_data(from.data);
  to.set_short_description(from.short_description);
  to.set_image_url(from.image_url);
  to.set_max_sessions(from.max_sessions);
  to.set_max_players_per_session(from.max_players_per_session);
  WriteRules(from.score_rules, *to.mutable_score_rules());
}

void GameProto::ToProto(const UpdateGameRequest& from, game_pb::GameUpdateRequest& to) {
  UpdateMaskWriter mask;
  to.set_id(from.id);
  to.set_version(from.version);
  if (from.name) {
    mask.Add("name", from.name->empty());
    to.set_name(*from.name);
  }
  if (from.description) {
    mask.Add("description", from.description->empty());
    to.set_description(*from.description);
  }
  if (from.data) {
    mask.Add("data", false);  // Has presence.
    to.set_data(*from.data);
  }
  if (from.short_description) {
    mask.Add("short_description", from.short_description->empty());
    to.set_short_description(*from.short_description);
  }
  if (from.image_url) {
    mask.Add("image_url", from.image_url->empty());
    to.set_image_url(*from.image_url);
  }
  if (from.max_sessions) {
    mask.Add("max_sessions", *from.max_sessions == 0);
    to.set_max_sessions(*from.max_sessions);
  }
  if (from.max_players_per_session) {
    mask.Add("max_players_per_session", *from.max_players_per_session == 0);
    to.set_max_players_per_session(*from.max_players_per_session);
  }
  if (from.score_rules) {
    mask.Add("score_rules", from.score_rules->empty());
    WriteRules(*from.score_rules, *to.mutable_score_rules());
  }
  mask.Finish(to);
}

void GameProto::ToProto(const TrendingGamesRequest& from, game_pb::TrendingGamesRequest& to) {
  if (from.limit != 0) to.set_limit(from.limit);
  if (!from.cursor.empty()) to.set_cursor(from.cursor);
}

void GameProto::ToProto(const GetGameRequest& from, game_pb::GameGetRequest& to) {
  if (!from.id.empty()) to.set_id(from.id);
  if (from.limit != 0) to.set_limit(from.limit);
  if (!from.cursor.empty()) to.set_cursor(from.cursor);
}

void GameProto::ToProto(const Game& from, game_pb::StandardResponse& to) {
  ToProto(from, *to.mutable_single_game());
}

void GameProto::ToProto(const GamesPage& from, game_pb::PaginatedResponse& to) {
  game_pb::Games& games = *to.mutable_games();  // Named even when empty: no games is an answer too.
  for (const Game& game : from.games) ToProto(game, *games.add_games());
  if (!from.next_cursor.empty()) to.mutable_pagination()->set_next_page_token(from.next_cursor);
}

void GameProto::ToProto(const Game& from, game_pb::PaginatedResponse& to) {
  ToProto(from, *to.mutable_game());
}

Status GameProto::FromProto(const game_pb::Game& from, Game& to, Reading reading) {
  to.id = from.id();
  to.name = from.name();
  to.short_description = from.short_description();
  to.description = from.description();
  to.image_url = from.image_url();
  to.data = from.data();
  to.version = from.version();
  OOFGG_RETURN_IF_ERROR(ReadRules(from.score_rules(), to.score_rules, reading));
  OOFGG_RETURN_IF_ERROR(ReadDecimal(from.max_sessions(), "max_sessions", reading, to.max_sessions));
  return ReadDecimal(from.max_players_per_session(), "max_players_per_session", reading,
                     to.max_players_per_session);
}

Status GameProto::FromProto(const game_pb::GameCreateRequest& from, CreateGameRequest& to, Reading reading) {
  to.name = from.name();
  to.description = from.description();
  to.data = from.data();
  to.short_description = from.short_description();
  to.image_url = from.image_url();
  to.max_sessions = from.max_sessions();
  to.max_players_per_session = from.max_players_per_session();
  return ReadRules(from.score_rules(), to.score_rules, reading);
}

Status GameProto::FromProto(const game_pb::GameUpdateRequest& from, UpdateGameRequest& to, Reading reading) {
  to.id = from.id();
  to.version = from.version();
  if (!from.name().empty()) to.name = from.name();
  if (!from.description().empty()) to.description = from.description();
  if (from.has_data()) to.data = from.data();
  if (!from.short_description().empty()) to.short_description = from.short_description();
  if (!from.image_url().empty()) to.image_url = from.image_url();
  if (from.max_sessions() != 0) to.max_sessions = from.max_sessions();
  if (from.max_players_per_session() != 0) to.max_players_per_session = from.max_players_per_session();
  if (from.score_rules_size() != 0) {
    OOFGG_RETURN_IF_ERROR(ReadRules(from.score_rules(), to.score_rules.emplace(), reading));
  }
  if (!from.has_update_mask()) return {};

  UpdateGameRequest named{.id = to.id, .version = to.version};
  const auto take = [&](std::string_view path) {
    if (path == "name") {
      named.name = from.name();
    } else if (path == "description") {
      named.description = from.description();
    } else if (path == "data") {
      named.data = from.data();
    } else if (path == "short_description") {
      named.short_description = from.short_description();
    } else if (path == "image_url") {
      named.image_url = from.image_url();
    } else if (path == "max_sessions") {
      named.max_sessions = from.max_sessions();
    } else if (path == "max_players_per_session") {
      named.max_players_per_session = from.max_players_per_session();
    } else if (path == "score_rules") {
      named.score_rules = to.score_rules.value_or(ScoreRules());
    } else {
      return false;
    }
    return true;
  };
  OOFGG_RETURN_IF_ERROR(ReadMask(from, take));
  to = std::move(named);
  return {};
}

Status GameProto::FromProto(const game_pb::TrendingGamesRequest& from, TrendingGamesRequest& to, Reading) {
  to.limit = from.limit();
  to.cursor = from.cursor();
  return {};
}

Status GameProto::FromProto(const game_pb::GameGetRequest& from, GetGameRequest& to, Reading) {
  to.id = from.id();
  to.limit = from.limit();
  to.cursor = from.cursor();
  return {};
}

Status GameProto::FromProto(const game_pb::StandardResponse& from, Game& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (!from.has_single_game()) return LacksData("the game");
  return FromProto(from.single_game(), to, reading);
}

Status GameProto::FromProto(const game_pb::PaginatedResponse& from, GamesPage& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (from.has_game()) return FromProto(from.game(), to.games.emplace_back(), reading);
  if (!from.has_games()) return LacksData("the games");
  for (const game_pb::Game& game : from.games().games()) {
    OOFGG_RETURN_IF_ERROR(FromProto(game, to.games.emplace_back(), reading));
  }
  to.next_cursor = from.pagination().next_page_token();
  return {};
}

}  // namespace oofgg::wire
