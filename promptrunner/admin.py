"""Users in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from promptrunner.models import User

admin.site.register(User, UserAdmin)
admin.site.site_header = "Prompt Runner"
admin.site.site_title = "Prompt Runner"
