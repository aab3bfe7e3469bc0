#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oofgg::testing {

/// The rules of `Matchmaker` in whole numbers: milliseconds and points.
struct PlainRules {
  int teams = 2;
  int players_per_team = 1;
  bool has_window = true;
  std::int64_t initial = 0;
  std::int64_t widen_per_second = 0;
  std::int64_t maximum = 0;

  [[nodiscard]] int Players() const { return teams * players_per_team; }
  [[nodiscard]] std::string ToJson() const;
};

struct PlainTicket {
  std::string id;
  int players = 1;
  std::int64_t number = 0;
  std::string mode;
  std::int64_t since_ms = 0;
};

struct PlainMatch {
  std::int64_t at_ms = 0;
  std::vector<std::string> tickets;  // The most senior first.

  friend bool operator==(const PlainMatch&, const PlainMatch&) = default;
};

/// Whether both accept each other at that time, straight from the definition of a window.
bool Compatible(const PlainRules& rules, const PlainTicket& a, const PlainTicket& b, std::int64_t at_ms);

/// Whether parties of these sizes fill the teams, by trying every seat.
bool Fits(const PlainRules& rules, const std::vector<int>& parties);

/// What `Matchmaker` promises, by trying every set of tickets at every tick. For small pools only.
class BruteForce {
 public:
  /// Instants are looked at every `tick_ms`; all times given must be multiples of it.
  BruteForce(PlainRules rules, std::int64_t tick_ms) : rules_(rules), tick_ms_(tick_ms) {}

  std::vector<PlainMatch> Advance(std::int64_t now_ms);
  std::vector<PlainMatch> Add(PlainTicket ticket, std::int64_t now_ms);
  void Remove(const std::string& id);
  [[nodiscard]] const std::vector<PlainTicket>& waiting() const { return waiting_; }

 private:
  void RunInstant(std::vector<PlainMatch>& matches);
  std::optional<std::vector<std::size_t>> BestSet() const;
  void Extend(std::size_t next, int players, std::vector<std::size_t>& chosen,
              std::optional<std::vector<std::size_t>>& best) const;
  std::vector<bool> CompatiblePairs() const;

  PlainRules rules_;
  std::int64_t tick_ms_;
  std::int64_t now_ms_ = 0;
  std::vector<PlainTicket> waiting_;  // The most senior first.
  std::vector<bool> pairs_;           // Of the last look that found nothing.
};

}  // namespace oofgg::testing
