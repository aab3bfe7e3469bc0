#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "oofgg/clock.h"

namespace oofgg::auth {

/// How long whoever guesses waits.
struct FailureRule {
  /// This many wrong passwords in a row are free; each further one doubles the wait, from `first_delay` …
  int free_failures = 4;
  std::chrono::milliseconds first_delay{1000};
  /// … to this. Not longer, as the wait is also what an attacker can do to the account's owner.
  std::chrono::milliseconds max_delay{5 * 60'000};

  /// After so many wrong passwords in a row.
  [[nodiscard]] std::chrono::milliseconds DelayAfter(int in_a_row) const;
};

/// At which account an attempt is made, and from where.
struct LoginPlace {
  std::string_view account{};
  std::string_view address{};  ///< A group of addresses (`AddressGroup`); empty: not known.
};

/// How many passwords in a row were wrong, for each account, and apart from it for each address from which
/// the account was signed in to before: such an address waits for its own mistakes only, so that a stranger
/// cannot lock the owner out. Of this process, or shared by all replicas. Threads: safe. Never fails: where
/// the record cannot be reached, the implementation decides as it was told to.
class LoginFailures {
 public:
  /// Wrong passwords are forgotten after a day without another.
  static constexpr std::chrono::hours kFailuresKept{24};
  /// An address is known for so long after the last attempt from it.
  static constexpr std::chrono::hours kAddressesKept{30 * 24};

  struct Verdict {
    bool is_known = false;  ///< The account was signed in to from this address before.
    Duration wait{};        ///< Until the next attempt; zero: none.
  };

  virtual ~LoginFailures() = default;

  [[nodiscard]] virtual Verdict Look(const LoginPlace& place) = 0;
  virtual void NoteWrong(const LoginPlace& place, const FailureRule& rule) = 0;
  /// Forgives the account's, or those of an address that is known; from now on this one is.
  virtual void NoteRight(const LoginPlace& place) = 0;
};

/// The record of this process, in bounded memory: the `max_keys` accounts and addresses that were used last.
class MemoryLoginFailures final : public LoginFailures {
 public:
  /// `clock` must outlive the record.
  MemoryLoginFailures(const Clock& clock, std::size_t max_keys) : clock_(clock), max_keys_(max_keys) {}

  [[nodiscard]] Verdict Look(const LoginPlace& place) override;
  void NoteWrong(const LoginPlace& place, const FailureRule& rule) override;
  void NoteRight(const LoginPlace& place) override;

 private:
  struct Entry {
    std::string key;
    int in_a_row = 0;
    TimePoint until{};
    TimePoint forgotten_at{};
  };

  // All under the lock.
  /// Null if there is none, or it is too old.
  Entry* Find(const std::string& key);
  Entry& Touch(std::string key, Duration keep);
  void Forget(std::list<Entry>::iterator entry);

  const Clock& clock_;
  const std::size_t max_keys_;
  std::mutex mutex_;          // A leaf.
  std::list<Entry> entries_;  // The one that was used last is in front.
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
};

}  // namespace oofgg::auth
