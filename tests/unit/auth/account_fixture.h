#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "tests/unit/auth/facade_fixture.h"
#include "tests/unit/auth/fake_mail.h"

namespace oofgg::auth::testing {

inline constexpr const char* kDevice = "0123456789abcdef0123456789abcdef";

/// The room with a mailbox, as the owners of accounts and those who are after these see it.
class AccountFixture : public ::testing::Test, protected FacadeFixture {
 protected:
  AccountFixture() { OpenWith(&mail); }

  void OpenWith(KeptMail* with) { OpenWith(with, users); }
  void OpenWith(KeptMail* with, UserStore& accounts) {
    room.reset();
    AuthRoomParts parts = PartsWith(accounts);
    parts.mailer = with;
    parts.mail = with == nullptr ? nullptr : &with->executor();
    room = AuthRoom::Open(std::move(parts)).value();
    facade = &room->auth();
    account = &room->account();
  }

  StatusOr<AuthTokens> Guest(const std::string& device = kDevice) {
    return account->GuestLogin({}, {.device_secret = device});
  }
  /// Has a code sent to an address that is not the account's yet.
  StatusOr<Done> Prove(const AuthTokens& who, const std::string& address,
                       const std::string& password = "correct horse") {
    return account->RequestEmailCode(As(who), {.email = address, .current_password = password});
  }
  /// As many wrong guesses, from so many addresses that none is refused for its number.
  void Guess(int times, const std::function<Status(const CallContext&)>& guess) {
    for (int i = 0; i < times; ++i) {
      EXPECT_EQ(ReasonOf(guess(From("198.51.100." + std::to_string(i / 10)))), "CODE_INVALID");
    }
  }
  /// The code of the last mail to this address.
  std::string CodeFor(const std::string& address) { return mail.LastTo(address).code; }

  KeptMail mail;
  AccountFacade* account = nullptr;
};

}  // namespace oofgg::auth::testing
