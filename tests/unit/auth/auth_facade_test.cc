#include "auth/auth_facade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include "tests/unit/auth/facade_fixture.h"

namespace oofgg::auth {
namespace {

using testing::FacadeFixture;
using namespace std::chrono_literals;

class AuthFacadeTest : public ::testing::Test, protected FacadeFixture {};

TEST_F(AuthFacadeTest, RegisteringSignsIn) {
  const auto tokens = Register("Alice", "Alice@Example.com");
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->expires_in, 15min);
  const auto verified = verifier.Verify(tokens->access_token);
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->caller.user_id, tokens->user_id);
  EXPECT_EQ(verified->caller.role, "user");
  const User stored = users.FindById(tokens->user_id).value();
  EXPECT_EQ(stored.username, "Alice");
  EXPECT_EQ(stored.email, "Alice@Example.com");
  EXPECT_THAT(stored.password_hash, ::testing::StartsWith("$argon2id$"));
}

TEST_F(AuthFacadeTest, LoginTakesTheNameOrTheAddressInAnyCase) {
  const std::string id = Register("Alice", "Alice@Example.com")->user_id;
  for (const char* name : {"Alice", "alice", "ALICE", "alice@example.com", "ALICE@EXAMPLE.COM"}) {
    const auto tokens = Login(name);
    ASSERT_TRUE(tokens.ok()) << name << tokens.status();
    EXPECT_EQ(tokens->user_id, id);
  }
}

TEST_F(AuthFacadeTest, EveryLoginIsASessionOfItsOwn) {
  const auto first = Register("alice");
  const auto second = Login("alice");
  EXPECT_NE(first->refresh_token, second->refresh_token);
  EXPECT_NE(verifier.Verify(first->access_token)->caller.session_id,
            verifier.Verify(second->access_token)->caller.session_id);
}

TEST_F(AuthFacadeTest, NamesAndAddressesAreTakenInAnyCase) {
  ASSERT_TRUE(Register("alice", "alice@example.com").ok());
  const Status name = Register("ALICE").status();
  EXPECT_EQ(name.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(name), "USERNAME_TAKEN");
  EXPECT_EQ(FieldViolationsOf(name).at(0).field, "username");
  const Status email = Register("bob", "ALICE@example.com").status();
  EXPECT_EQ(email.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(email), "EMAIL_TAKEN");
  EXPECT_EQ(FieldViolationsOf(email).at(0).field, "email");
  EXPECT_TRUE(Register("bob").ok());
  EXPECT_TRUE(Register("carol").ok()) << "having no address is nothing to share";
}

TEST_F(AuthFacadeTest, UnknownNameAndWrongPasswordAreOneAnswer) {
  ASSERT_TRUE(Register("alice", "alice@example.com").ok());
  const Status wrong = Login("alice", "wrong horse").status();
  EXPECT_EQ(wrong.code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(wrong), "INVALID_CREDENTIALS");
  EXPECT_EQ(Login("nobody").status(), wrong);
  EXPECT_EQ(Login("nobody@example.com").status(), wrong);
  EXPECT_EQ(Login("not a name").status(), wrong);
  EXPECT_EQ(Login("alice@example.com", "wrong horse").status(), wrong);
}

std::chrono::nanoseconds CpuTimeOf(const std::function<void()>& body) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto start = now();
  body();
  return now() - start;
}

TEST(AuthFacadeTiming, AnUnknownNameCostsTheSameWork) {
  FacadeFixture auth({}, {.memory_kib = 4096, .iterations = 2});
  ASSERT_TRUE(auth.Register("alice").ok());
  const auto wrong = CpuTimeOf([&] { EXPECT_FALSE(auth.Login("alice", "wrong horse").ok()); });
  const auto unknown = CpuTimeOf([&] { EXPECT_FALSE(auth.Login("nobody", "wrong horse").ok()); });
  // Without the decoy it would be a hundredth. CPU time, so that a busy machine does not matter much.
  EXPECT_GT(unknown, wrong / 4);
  EXPECT_LT(unknown, wrong * 4);
}

AuthRoomOptions WithoutWaits() {
  AuthRoomOptions options;
  options.guard.failures.free_failures = 1000;
  return options;
}

class GuessingTest : public ::testing::Test, protected FacadeFixture {
 protected:
  GuessingTest() : FacadeFixture(WithoutWaits()) {}
};

TEST_F(GuessingTest, GuessesAreLimitedByNameWhetherItExistsOrNot) {
  ASSERT_TRUE(Register("alice").ok());
  for (const char* name : {"Alice", "nobody"}) {
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(Login(name, "wrong horse").status().code(), StatusCode::kUnauthenticated) << name << i;
    }
    const Status limited = Login(name).status();
    EXPECT_EQ(limited.code(), StatusCode::kResourceExhausted);
    EXPECT_EQ(RetryAfterOf(limited), 6000ms);
  }
  EXPECT_EQ(Login("ALICE").status().code(), StatusCode::kResourceExhausted) << "case is no way around";
  clock.Advance(6s);
  EXPECT_TRUE(Login("alice").ok());
}

TEST_F(AuthFacadeTest, WrongPasswordsInARowMakeTheNextOneWaitWhetherTheNameExistsOrNot) {
  ASSERT_TRUE(Register("alice").ok());
  for (const char* name : {"alice", "nobody"}) {
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(Login(name, "wrong horse").status().code(), StatusCode::kUnauthenticated);
    const Status waiting = Login(name, "wrong horse").status();
    EXPECT_EQ(waiting.code(), StatusCode::kResourceExhausted) << name;
    EXPECT_EQ(RetryAfterOf(waiting), 1000ms) << name;
  }
}

TEST_F(AuthFacadeTest, AnEasyPasswordIsRefusedByName) {
  const auto easy = facade->Register({}, {"alice", "", "Password123"});
  EXPECT_EQ(easy.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(easy.status()), "PASSWORD_TOO_EASY");
  EXPECT_EQ(FieldViolationsOf(easy.status()).at(0).field, "password");
}

TEST_F(GuessingTest, TheTwoNamesOfAnAccountShareItsGuesses) {
  ASSERT_TRUE(Register("alice", "alice@example.com").ok());
  int guesses = 0;
  for (; guesses < 100; ++guesses) {
    const std::string name = guesses % 2 == 0 ? "alice" : "alice@example.com";
    if (Login(name, "a wrong password").status().code() == StatusCode::kResourceExhausted) break;
  }
  EXPECT_EQ(guesses, 10);
}

TEST_F(AuthFacadeTest, WhoseDeadlineHasPassedIsNotHashedFor) {
  ASSERT_TRUE(Register("alice").ok());
  CallContext late;
  late.deadline = clock.Now();
  EXPECT_EQ(facade->Login(late, {"alice", "correct horse"}).status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(facade->Register(late, {"bob", "", "correct horse"}).status().code(),
            StatusCode::kDeadlineExceeded);
  EXPECT_EQ(users.FindByUsername("bob").status().code(), StatusCode::kNotFound);
}

TEST_F(AuthFacadeTest, HashesAreMadeAnewWhenTheyCostTooLittle) {
  ASSERT_TRUE(Register("alice").ok());
  const PasswordHasher dearer({.memory_kib = 16, .iterations = 2});
  const AuthRoomParts parts = Parts();
  const auto next = AuthRoom::Open({.stores = parts.stores,
                                    .issuer = issuer,
                                    .verifier = shared_verifier,
                                    .hasher = dearer,
                                    .policy = policy,
                                    .log = events,
                                    .executor = executor,
                                    .clock = clock,
                                    .random = parts.random,
                                    .secret = parts.secret})
                        .value();
  ASSERT_TRUE(next->auth().Login({}, {"alice", "correct horse"}).ok());
  EXPECT_FALSE(dearer.NeedsRehash(users.FindByUsername("alice")->password_hash));
  EXPECT_TRUE(next->auth().Login({}, {"alice", "correct horse"}).ok());
}

TEST_F(AuthFacadeTest, ARepeatedRegistrationSignsInToTheSameAccount) {
  const auto first = Register("alice", "a@example.com", "key-1");
  const auto again = Register("alice", "a@example.com", "key-1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->user_id, first->user_id);
  EXPECT_TRUE(Refresh(again->refresh_token).ok());
}

TEST_F(AuthFacadeTest, AnotherKeyNameAddressOrPasswordIsNoRepetition) {
  ASSERT_TRUE(Register("alice", "a@example.com", "key-1").ok());
  EXPECT_EQ(ReasonOf(Register("alice", "a@example.com", "key-2").status()), "USERNAME_TAKEN");
  EXPECT_EQ(ReasonOf(Register("alice", "a@example.com", "").status()), "USERNAME_TAKEN");
  EXPECT_EQ(ReasonOf(Register("alice", "b@example.com", "key-1").status()), "USERNAME_TAKEN");
  const auto password = facade->Register(WithKey("key-1"), {"alice", "a@example.com", "another horse"});
  EXPECT_EQ(ReasonOf(password.status()), "USERNAME_TAKEN");
  clock.Advance(10min + 1ms);
  EXPECT_EQ(ReasonOf(Register("alice", "a@example.com", "key-1").status()), "USERNAME_TAKEN");
}

TEST_F(AuthFacadeTest, ARefreshGivesTheNextPairOfTheSameSession) {
  const auto first = Register("alice");
  clock.Advance(10min);
  const auto second = Refresh(first->refresh_token);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->user_id, first->user_id);
  EXPECT_NE(second->refresh_token, first->refresh_token);
  EXPECT_EQ(second->expires_in, 15min);
  EXPECT_EQ(verifier.Verify(second->access_token)->caller.session_id,
            verifier.Verify(first->access_token)->caller.session_id);
  EXPECT_TRUE(Refresh(second->refresh_token).ok());
}

TEST_F(AuthFacadeTest, ASecondUseEndsTheSession) {
  const auto first = Register("alice");
  const auto second = Refresh(first->refresh_token, "nonce-1");
  const auto other_session = Login("alice");
  const Status reused = Refresh(first->refresh_token, "nonce-2").status();
  EXPECT_EQ(reused.code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(reused), "REFRESH_TOKEN_REUSED");
  EXPECT_EQ(ReasonOf(Refresh(second->refresh_token).status()), "SESSION_REVOKED");
  EXPECT_FALSE(IsValid(second->access_token)) << "the auth server knows at once";
  EXPECT_TRUE(IsValid(other_session->access_token));
  EXPECT_TRUE(Refresh(other_session->refresh_token).ok());
}

TEST_F(AuthFacadeTest, WithoutANonceThereIsNoGrace) {
  const auto first = Register("alice");
  ASSERT_TRUE(Refresh(first->refresh_token).ok());
  EXPECT_EQ(ReasonOf(Refresh(first->refresh_token).status()), "REFRESH_TOKEN_REUSED");
}

TEST_F(AuthFacadeTest, ALostReplyIsGivenAgain) {
  const auto first = Register("alice");
  const auto second = Refresh(first->refresh_token, "nonce");
  clock.Advance(30s);
  const auto again = Refresh(first->refresh_token, "nonce");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->refresh_token, second->refresh_token);
  EXPECT_EQ(again->access_token, second->access_token) << "same jti, iat and exp, hence the same bytes";
  EXPECT_EQ(again->expires_in, 15min - 30s);
  EXPECT_TRUE(Refresh(again->refresh_token).ok());
}

TEST_F(AuthFacadeTest, TheGraceEnds) {
  const auto first = Register("alice");
  ASSERT_TRUE(Refresh(first->refresh_token, "nonce").ok());
  clock.Advance(30s + 1ms);
  EXPECT_EQ(ReasonOf(Refresh(first->refresh_token, "nonce").status()), "REFRESH_TOKEN_REUSED");
}

TEST_F(AuthFacadeTest, ANewServerWithTheSameSecretGivesTheSameAnswer) {
  const auto first = Register("alice");
  const auto second = Refresh(first->refresh_token, "nonce");
  const auto restarted = AuthRoom::Open(Parts()).value();
  const auto again =
      restarted->auth().RefreshToken(WithKey("nonce"), {.refresh_token = first->refresh_token});
  EXPECT_EQ(again->refresh_token, second->refresh_token);
}

TEST_F(AuthFacadeTest, ARefreshTokenExpires) {
  const auto first = Register("alice");
  clock.Advance(30 * 24h);
  EXPECT_EQ(ReasonOf(Refresh(first->refresh_token).status()), "REFRESH_TOKEN_EXPIRED");
}

TEST_F(AuthFacadeTest, ExpiredSessionsAreForgotten) {
  const auto first = Register("alice");
  ASSERT_TRUE(Refresh(first->refresh_token).ok());
  EXPECT_EQ(room->sessions().PurgeExpired().value(), 0U);
  clock.Advance(30 * 24h + 1s);
  EXPECT_EQ(room->sessions().PurgeExpired().value(), 2U);
  EXPECT_EQ(ReasonOf(Refresh(first->refresh_token).status()), "REFRESH_TOKEN_INVALID");
}

TEST_F(AuthFacadeTest, ValidateTellsWhoItIs) {
  const auto tokens = Register("alice");
  const auto answer = facade->ValidateToken({}, {.access_token = tokens->access_token});
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->is_valid);
  EXPECT_EQ(answer->user_id, tokens->user_id);
  EXPECT_EQ(answer->role, "user");
  clock.Advance(16min);
  EXPECT_FALSE(IsValid(tokens->access_token));
}

TEST_F(AuthFacadeTest, NoMessageHoldsASecretOrAName) {
  const auto tokens = Register("MARKER-user", "MARKER@example.com");
  ASSERT_TRUE(Refresh(tokens->refresh_token).ok());
  const std::vector<Status> refusals = {
      Register("MARKER-user").status(),
      Register("other-user", "MARKER@example.com").status(),
      Login("MARKER-user", "wrong horse").status(),
      Login("MARKER-none").status(),
      Refresh(tokens->refresh_token).status(),
  };
  for (const Status& status : refusals) {
    ASSERT_FALSE(status.ok());
    const std::string text = status.ToString();  // With all details.
    for (const std::string& secret : {std::string("MARKER"), std::string("horse"), tokens->refresh_token}) {
      EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr(secret)));
    }
  }
}

TEST_F(AuthFacadeTest, NeedsASecret) {
  AuthRoomParts parts = Parts();
  parts.secret = std::string(31, 'k');
  EXPECT_EQ(AuthRoom::Open(std::move(parts)).status().code(), StatusCode::kFailedPrecondition);
}

TEST(AuthFacadeMethods, ThoseThatTakeAPasswordHash) {
  EXPECT_TRUE(AuthFacade::NeedsHashing("Register"));
  EXPECT_TRUE(AuthFacade::NeedsHashing("Login"));
  EXPECT_FALSE(AuthFacade::NeedsHashing("RefreshToken"));
  EXPECT_FALSE(AuthFacade::NeedsHashing("ValidateToken"));
}

}  // namespace
}  // namespace oofgg::auth
