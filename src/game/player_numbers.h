#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "game/number_index.h"

namespace oofgg::game {

/// Players' ids as 32-bit numbers, given out from 0 up and never taken back. A player whose id is a UUID
/// costs 27 bytes; one of any other id some 40 more and the text. Threads: safe.
class PlayerNumbers {
 public:
  /// The player's number, a new one if they have none yet.
  [[nodiscard]] std::uint32_t NumberOf(std::string_view player_id);
  [[nodiscard]] std::optional<std::uint32_t> Find(std::string_view player_id) const;
  /// The id that has this number; there must be one.
  [[nodiscard]] std::string IdOf(std::uint32_t number) const;

  [[nodiscard]] std::size_t size() const;
  /// In bytes.
  [[nodiscard]] std::size_t MemoryUsage() const;

  class Enrolment;

 private:
  /// The 16 bytes of a UUID of RFC 9562's variant; of another id the place of its text.
  struct Packed {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    friend bool operator==(const Packed&, const Packed&) = default;
    [[nodiscard]] bool is_uuid() const { return low >> 62 == 2; }  // The variant's bits.
  };

  /// An id, looked at once.
  struct Id {
    explicit Id(std::string_view id_text);

    std::string_view text;
    std::optional<Packed> uuid;
    std::uint32_t key = 0;  // In the index.
  };

  [[nodiscard]] static std::optional<Packed> PackUuid(std::string_view text);
  [[nodiscard]] static std::string UuidText(const Packed& id);
  [[nodiscard]] std::uint32_t FindNumber(const Id& id) const;
  [[nodiscard]] std::uint32_t FindOrMake(const Id& id);
  [[nodiscard]] std::uint32_t Make(const Id& id);

  mutable std::mutex mutex_;
  std::deque<Packed> ids_;  // Grows without copying what is there.
  std::deque<std::string> texts_;
  NumberIndex numbers_;
};

/// Numbers for very many players, none of whom comes twice: much faster than one by one, as memory is waited
/// for once for many, and who is new is entered into the index with all others, at the end. Until then nobody
/// finds them: nobody else uses the numbers meanwhile. 8 bytes a player beside what they cost anyhow.
class PlayerNumbers::Enrolment {
 public:
  explicit Enrolment(PlayerNumbers& numbers) : numbers_(numbers) {}
  ~Enrolment() { Finish(); }
  Enrolment(const Enrolment&) = delete;
  Enrolment& operator=(const Enrolment&) = delete;

  /// Their numbers, in place of what `numbers` had.
  void Add(std::span<const std::string_view> player_ids, std::vector<std::uint32_t>& numbers);
  /// Enters those who are new. More may follow, who may have come before this.
  void Finish();

 private:
  PlayerNumbers& numbers_;
  std::vector<NumberIndex::Pair> fresh_;
};

}  // namespace oofgg::game
