#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "game/match_store.h"

namespace oofgg::game {

/// Another match store, with something that happens before or after its matches are written.
class MatchStoreProxy final : public MatchStore {
 public:
  explicit MatchStoreProxy(MatchStore& store) : store_(store) {}

  std::function<Status()> before_call = [] { return Status(); };  ///< Its error is the call's.
  std::function<void(const MatchRecord&)> before_update = [](const MatchRecord&) {};
  std::function<void(const MatchRecord&)> after_update = [](const MatchRecord&) {};
  std::function<void()> before_mark = [] {};

  StatusOr<MatchRecord> CreateMatch(const MatchRecord& match) override {
    OOFGG_RETURN_IF_ERROR(before_call());
    return store_.CreateMatch(match);
  }
  StatusOr<MatchRecord> FindMatch(std::string_view id) override {
    OOFGG_RETURN_IF_ERROR(before_call());
    return store_.FindMatch(id);
  }
  StatusOr<MatchRecord> FindMatchByAlias(std::string_view alias) override {
    OOFGG_RETURN_IF_ERROR(before_call());
    return store_.FindMatchByAlias(alias);
  }
  StatusOr<MatchRecord> UpdateMatch(const MatchRecord& match) override {
    OOFGG_RETURN_IF_ERROR(before_call());
    before_update(match);
    auto updated = store_.UpdateMatch(match);
    after_update(match);
    return updated;
  }
  StatusOr<std::vector<MatchRecord>> ListMatches(std::string_view player_id, std::string_view game_id,
                                                 const std::optional<MatchPosition>& after,
                                                 std::size_t limit) override {
    OOFGG_RETURN_IF_ERROR(before_call());
    return store_.ListMatches(player_id, game_id, after, limit);
  }
  Status MarkTold(std::string_view id) override {
    OOFGG_RETURN_IF_ERROR(before_call());
    before_mark();
    return store_.MarkTold(id);
  }
  StatusOr<std::vector<std::string>> ListOpen(std::string_view after, std::size_t limit) override {
    OOFGG_RETURN_IF_ERROR(before_call());
    return store_.ListOpen(after, limit);
  }
  StatusOr<bool> ErasePlayer(std::string_view player_id, std::size_t limit) override {
    OOFGG_RETURN_IF_ERROR(before_call());
    return store_.ErasePlayer(player_id, limit);
  }
  StatusOr<bool> Purge(const Sweep& sweep) override {
    OOFGG_RETURN_IF_ERROR(before_call());
    return store_.Purge(sweep);
  }

 private:
  MatchStore& store_;
};

}  // namespace oofgg::game
