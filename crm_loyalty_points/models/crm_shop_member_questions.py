from datetime import date

from odoo import models

# These have their own places on the profile page, or their own way to be changed.
ELSEWHERE = {
    *("first_name", "last_name", "nickname", "birthdate"),
    *("phone", "email", "address"),
}
FIELD_OF = {"branch": "joined_branch_id", "source": "acquisition_source_id"}


class CrmShop(models.Model):
    """The shop's own questions, answered or changed later on the profile page."""

    _inherit = "crm.shop"

    def _get_profile_questions(self, partner):
        """:return: list of crm.signup.question (superuser) that the profile page asks;
        branch and source only while they are not known"""
        return [
            question
            for question in self._get_questions()
            if question.id
            and question.profile_key not in ELSEWHERE
            and not self._is_answered_for_good(question, partner)
        ]

    def _is_answered_for_good(self, question, partner):
        field = FIELD_OF.get(question.profile_key)
        return bool(field) and (bool(partner[field]) or not question._get_choices())

    def _get_typed_answers(self, questions, partner):
        """:return: {name of the field of the form: list of texts} as they are known"""
        return {
            question._get_form_name(): self._type_answer(question, partner)
            for question in questions
            if question._get_widget() != "photo"
        }

    def _type_answer(self, question, partner):
        if question.kind == "other":
            value = question._get_answer(partner)
        else:
            key = question.profile_key
            value = partner[FIELD_OF.get(key, key)]
        if isinstance(value, models.BaseModel):
            value = value.id
        if isinstance(value, list | tuple):
            return [str(each) for each in value]
        if isinstance(value, float):
            value = f"{value:g}" if value else ""
        if question._get_widget() == "date" and value:
            value = self._type_day(date.fromisoformat(str(value)))
        return [str(value)] if value not in (None, False, "") else []

    def _read_answers(self, questions, typed, partner):
        """:param typed: {name of the field: list of texts}
        :return: (answers, errors): [(question, value or None)], {name: text}; a photo
            that stays as it is is left out"""
        answers, errors = [], {}
        photos = self._get_member_photos(questions, partner)
        for question in questions:
            name = question._get_form_name()
            if name in photos and not (typed.get(name) or typed.get(f"{name}_delete")):
                continue
            value, error = question._read_typed(typed)
            if error:
                errors[name] = error
            answers.append((question, value))
        return answers, errors

    def _write_profile_answers(self, partner, answers):
        """Write what a member answered; an emptied field of the profile is emptied."""
        profile = {}
        for question, value in answers:
            if question.kind == "other":
                continue
            if value is not None:
                profile.update(value)
            elif question.profile_key not in FIELD_OF:
                profile[question.profile_key] = False
        changed = {
            name: value
            for name, value in profile.items()
            if (self._get_plain(partner, name) or False) != (value or False)
        }
        if changed:
            partner.write(changed)
        self._write_signup_answers(partner, answers)

    def _get_open_gift(self, partner):
        """:return: points that the member gets for filling in what is missing of the
        profile, 0 when there is no such gift"""
        gift = self.profile_gift_points
        return gift if gift and partner._get_missing_profile(self) else 0
